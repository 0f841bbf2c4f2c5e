import { Effect, type Rule } from '../../src/grpc/gen/postern/v1/policy.js'
import { aRule, fresh } from '../support/acts.js'
import { type Administrator, needed } from './administrator.js'
import { allowed, grantedAction, type Subject } from './subject.js'

/** A subject whose one right can be taken away and given back, again and again. */
export interface Toggle {
  readonly subject: Subject
  readonly effects: { readonly on: string; readonly off: string }
  /** Each answers `undefined` when it was not acknowledged. */
  turnOn(by: Administrator): Promise<object | undefined>
  turnOff(by: Administrator): Promise<object | undefined>
}

/** How to make one; the key comes last, so that nobody can ask before everything is there. */
export type MakeToggle = (by: Administrator) => Promise<Toggle>

export const toggleKinds: Readonly<Record<string, MakeToggle>> = {
  policy: aPolicyToggle,
  rules: aRulesToggle,
  membership: aMembershipToggle,
  denial: aDenialToggle,
  lock: aLockToggle,
}

const allowing = (): Rule => aRule({ permissionSetNames: ['IAMReadOnly'] })
const denying = (): Rule => aRule({ effect: Effect.DENY, permissionSetNames: ['IAMReadOnly'] })

interface Parts {
  readonly name: string
  readonly apiKey: string
  readonly off: string
  readonly give: (by: Administrator, change: Switch) => Promise<object | undefined>
  readonly take: (by: Administrator, change: Switch) => Promise<object | undefined>
}

type Switch = { readonly subject: string; readonly effect: string }

function toggle({ name, apiKey, off, give, take }: Parts): Toggle {
  return {
    subject: { name, apiKey, action: grantedAction },
    effects: { on: allowed, off },
    turnOn: (by) => give(by, { subject: name, effect: allowed }),
    turnOff: (by) => take(by, { subject: name, effect: off }),
  }
}

async function aPolicyToggle(by: Administrator): Promise<Toggle> {
  const name = fresh('policy')
  const application = await anApplication(by, name)
  let policyId = await attach(by, { application, name, rule: allowing() })
  const apiKey = await aKey(by, { application, name })
  return toggle({
    name,
    apiKey,
    off: 'deny NO_MATCHING_RULE',
    async give(by, change) {
      const made = await by.write(
        (api) => api.policies.createPolicy(aPolicy({ application, name, rule: allowing() })),
        change,
      )
      if (made) policyId = made.id
      return made
    },
    take: (by, change) => by.write((api) => api.policies.deletePolicy({ policyId }), change),
  })
}

async function aRulesToggle(by: Administrator): Promise<Toggle> {
  const name = fresh('rules')
  const application = await anApplication(by, name)
  const policyId = await attach(by, { application, name, rule: allowing() })
  const apiKey = await aKey(by, { application, name })
  const set = (by: Administrator, change: Switch, rules: Rule[]) =>
    by.write((api) => api.policies.setRules({ policyId, rules }), change)
  return toggle({
    name,
    apiKey,
    off: 'deny NO_MATCHING_RULE',
    give: (by, change) => set(by, change, [allowing()]),
    take: (by, change) => set(by, change, []),
  })
}

async function aMembershipToggle(by: Administrator): Promise<Toggle> {
  const name = fresh('membership')
  const application = await anApplication(by, name)
  const applicationIds = [application]
  const { id: groupId } = needed(
    await by.write((api) => api.groups.createGroup({ name, applicationIds })),
  )
  const principal = { $case: 'groupId', value: groupId } as const
  needed(
    await by.write((api) => api.policies.createPolicy({ name, principal, rules: [allowing()] })),
  )
  const apiKey = await aKey(by, { application, name })
  const members = { groupId, applicationIds }
  return toggle({
    name,
    apiKey,
    off: 'deny NO_MATCHING_RULE',
    give: (by, change) => by.write((api) => api.groups.addGroupMembers(members), change),
    take: (by, change) => by.write((api) => api.groups.removeGroupMembers(members), change),
  })
}

/** Allowed all along; what comes and goes is a rule that denies. */
async function aDenialToggle(by: Administrator): Promise<Toggle> {
  const name = fresh('denial')
  const application = await anApplication(by, name)
  await attach(by, { application, name, rule: allowing() })
  const apiKey = await aKey(by, { application, name })
  let policyId = ''
  return toggle({
    name,
    apiKey,
    off: 'deny EXPLICIT_DENY',
    give: (by, change) => by.write((api) => api.policies.deletePolicy({ policyId }), change),
    async take(by, change) {
      const made = await by.write(
        (api) => api.policies.createPolicy(aPolicy({ application, name, rule: denying() })),
        change,
      )
      if (made) policyId = made.id
      return made
    },
  })
}

async function aLockToggle(by: Administrator): Promise<Toggle> {
  const name = fresh('lock')
  const { id: userId } = needed(
    await by.write((api) => api.users.createUser({ email: `${name}@acme.example` })),
  )
  const principal = { $case: 'userId', value: userId } as const
  needed(
    await by.write((api) => api.policies.createPolicy({ name, principal, rules: [allowing()] })),
  )
  const { token } = needed(await by.write((api) => api.users.issueEnrollment({ userId })))
  const change = { subject: name, effect: allowed }
  const { apiKey } = needed(await by.write((api) => api.users.enroll({ token }), change))
  return toggle({
    name,
    apiKey,
    off: 'deny PRINCIPAL_LOCKED',
    give: (by, change) => by.write((api) => api.users.unlockUser({ userId }), change),
    take: (by, change) => by.write((api) => api.users.lockUser({ userId }), change),
  })
}

interface Bearer {
  readonly application: string
  readonly name: string
}

export async function anApplication(by: Administrator, name: string): Promise<string> {
  return needed(await by.write((api) => api.applications.createApplication({ name }))).id
}

/** Answers the policy's id. */
export async function attach(
  by: Administrator,
  policy: Bearer & { readonly rule?: Rule },
): Promise<string> {
  return needed(await by.write((api) => api.policies.createPolicy(aPolicy(policy)))).id
}

function aPolicy({ application, name, rule = allowing() }: Bearer & { readonly rule?: Rule }) {
  const principal = { $case: 'applicationId', value: application } as const
  return { name, principal, rules: [rule] }
}

/** From the moment of its making, its bearer's right is asked about. */
async function aKey(by: Administrator, { application, name }: Bearer): Promise<string> {
  const made = await by.write(
    async (api) => {
      const bearer = { $case: 'applicationId', value: application } as const
      const { secret, apiKey } = await api.apiKeys.createApiKey({ bearer })
      return { secret, revision: apiKey?.revision ?? '' }
    },
    { subject: name, effect: allowed },
  )
  return needed(made).secret
}
