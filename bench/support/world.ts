import { AuthorizeRequest, Decision } from '../../src/grpc/gen/postern/v1/authorization.js'
import { Rule } from '../../src/grpc/gen/postern/v1/policy.js'
import { connect } from '../../test/support/api.js'
import type { Contender } from './contender.js'

/** An application with twenty rules, one of which allows the question; checks that it does. */
export async function aWorldOf20Rules({
  address,
  secret,
}: Pick<Contender, 'address' | 'secret'>): Promise<AuthorizeRequest> {
  const connection = connect(address)
  try {
    const owner = connection.as(secret)
    const { id: projectId } = await owner.projects.createProject({ name: 'bench' })
    const { id } = await owner.applications.createApplication({ name: 'bench' })
    const { permissionSets } = await owner.permissionSets.listPermissionSets({ pageSize: 100 })
    const others = permissionSets.filter((set) => set.scopeType === 1).slice(0, 40)
    const sets = others.filter((set) => !set.name.startsWith('AllProducts')).slice(0, 19)
    await owner.policies.createPolicy({
      name: 'bench',
      principal: { $case: 'applicationId', value: id },
      rules: ['InstancesServerStart', ...sets.map((set) => set.name)].map((name) =>
        Rule.fromPartial({
          permissionSetNames: [name],
          scope: { $case: 'projects', value: { projectIds: [projectId] } },
        } as object),
      ),
    })
    const bearer = { $case: 'applicationId', value: id } as const
    const { secret: apiKey } = await owner.apiKeys.createApiKey({ bearer })
    const question = AuthorizeRequest.fromPartial({
      apiKey,
      action: 'compute:servers:start',
      resource: { projectId, type: 'server', id: 'web-1' },
    })
    const { decision } = await owner.authorization.authorize(question)
    if (decision !== Decision.ALLOW) throw new Error('the question must be allowed')
    return question
  } finally {
    connection.close()
  }
}

export function toBytes(question: AuthorizeRequest): Buffer {
  return Buffer.from(AuthorizeRequest.encode(question).finish())
}
