import { Decision, Reason, Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { Effect, Rule } from '../../src/grpc/gen/postern/v1/policy.js'
import type { Api } from './api.js'

/** What tests do again and again, in the words of the domain. */

let serial = 0

/** A name that no other test uses. */
export function fresh(noun: string): string {
  serial += 1
  return `${noun}-${serial}`
}

export function aRule(parts: Partial<Rule>): Rule {
  return Rule.fromPartial({ effect: Effect.ALLOW, ...onOrganization(), ...parts } as object)
}

export function onOrganization(): Pick<Rule, 'scope'> {
  return { scope: { $case: 'organization', value: {} } }
}

export function onProjects(...projectIds: string[]): Pick<Rule, 'scope'> {
  return { scope: { $case: 'projects', value: { projectIds } } }
}

export async function aMember(owner: Api): Promise<{ id: string; email: string }> {
  return owner.users.createUser({ email: `${fresh('member')}@acme.example` })
}

export async function anApplication(owner: Api): Promise<{ id: string; key: string }> {
  const { id } = await owner.applications.createApplication({ name: fresh('application') })
  return { id, key: await aKeyOf(owner, id) }
}

export async function aKeyOf(owner: Api, applicationId: string): Promise<string> {
  const bearer = { $case: 'applicationId', value: applicationId } as const
  return (await owner.apiKeys.createApiKey({ bearer })).secret
}

/** An application that holds the sets on the organization, and calls with a key of its own. */
export async function anAdministrator(owner: Api, ...sets: string[]) {
  const application = await anApplication(owner)
  for (const set of sets) await grant(owner, application.id, { permissionSetNames: [set] })
  return application
}

export async function grant(owner: Api, applicationId: string, rule: Partial<Rule>) {
  return owner.policies.createPolicy({
    name: fresh('policy'),
    principal: { $case: 'applicationId', value: applicationId },
    rules: [aRule(rule)],
  })
}

/** `allow RULE`, `deny NO_MATCHING_RULE`, … */
export async function ask(
  api: Api,
  apiKey: string,
  question: { action: string; resource?: Partial<Resource> },
): Promise<string> {
  const resource = Resource.fromPartial(question.resource ?? {})
  const answer = await api.authorization.authorize({ apiKey, action: question.action, resource })
  return describeAnswer(answer)
}

export function describeAnswer(answer: { decision: Decision; reason: Reason }): string {
  const effect = answer.decision === Decision.ALLOW ? 'allow' : 'deny'
  const reason = Object.entries(Reason).find(([, value]) => value === answer.reason)?.[0]
  return `${effect} ${reason}`
}
