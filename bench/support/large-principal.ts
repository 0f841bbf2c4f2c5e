import { AuthorizeRequest, Decision } from '../../src/grpc/gen/postern/v1/authorization.js'
import { Policy, Rule } from '../../src/grpc/gen/postern/v1/policy.js'
import { connect } from '../../test/support/api.js'
import type { Contender } from './contender.js'

const policiesCount = 100
/** As many as a policy can have. */
const rulesCount = 100

/**
 * An application that 10,000 rules are about, each of them one resource. Answers how to change one of
 * its policies and then ask about it, `times` times; its connection ends with the server.
 */
export async function changingLargePrincipal(
  { address, secret }: Pick<Contender, 'address' | 'secret'>,
  question: AuthorizeRequest,
  times: number,
): Promise<() => Promise<void>> {
  const owner = connect(address).as(secret)
  const { id } = await owner.applications.createApplication({ name: 'large' })
  const projectIds = [question.resource?.projectId ?? '']
  const ruleAbout = (name: string) =>
    Rule.fromPartial({
      permissionSetNames: ['AllProductsFullAccess'],
      scope: { $case: 'projects', value: { projectIds } },
      resources: [`server/${name}-*`],
    } as object)
  const policyIds: string[] = []
  for (let at = 0; at < policiesCount; at++) {
    const policy = await owner.policies.createPolicy({
      name: `large ${at}`,
      principal: { $case: 'applicationId', value: id },
      rules: Array.from({ length: rulesCount }, (_, rule) => ruleAbout(`web-${at}-${rule}`)),
    })
    policyIds.push(policy.id)
  }
  const bearer = { $case: 'applicationId', value: id } as const
  const { secret: apiKey } = await owner.apiKeys.createApiKey({ bearer })
  const resource = { ...question.resource, id: 'web-42-42-a' }
  const asked = AuthorizeRequest.fromPartial({ ...question, apiKey, resource } as object)
  let changes = 0
  return async () => {
    for (let time = 0; time < times; time++) {
      const description = `changed ${changes++} times`
      const policy = Policy.fromPartial({ id: policyIds[time % policiesCount] ?? '', description })
      await owner.policies.updatePolicy({ policy, updateMask: ['description'] })
      const { decision } = await owner.authorization.authorize(asked)
      if (decision !== Decision.ALLOW) throw new Error('the question must be allowed')
    }
  }
}
