import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toRawQuestion } from '../src/domain/corpus.js'
import type { Decision } from '../src/domain/decision.js'
import type { RuleEntry } from '../src/domain/document.js'
import type { PrincipalRef } from '../src/domain/principal.js'
import type { RawQuestion } from '../src/domain/question.js'
import type { BearerName } from '../src/domain/world/plan.js'
import { authorizePrincipal } from '../src/service/ask.js'
import { make, type SimulatedChange } from '../src/service/simulation/change.js'
import { simulate } from '../src/service/simulation/simulate.js'
import { allowRule, anyPrincipal, anyScene, type Scene } from './support/random-world.js'
import { type StoredOrganization, StoredWorlds } from './support/stored-world.js'

let worlds: StoredWorlds
beforeAll(async () => {
  worlds = await StoredWorlds.open()
})
afterAll(() => worlds.close())

/** A change in the names of the scene. */
type Idea =
  | { readonly kind: 'create'; readonly principal: Holder; readonly rule: RuleEntry }
  | { readonly kind: 'add' | 'remove'; readonly group: string; readonly member: BearerName }
  | { readonly kind: 'delete' | 'detach' | 'empty'; readonly which: number }

interface Holder {
  readonly type: 'user' | 'group' | 'application'
  readonly name: string
}

const member = fc.constantFrom<BearerName>(
  { type: 'user', name: 'u1@x.example' },
  { type: 'user', name: 'U3@x.example' },
  { type: 'application', name: 'app1' },
)
const rule = fc
  .tuple(allowRule, fc.constantFrom('allow' as const, 'deny' as const))
  .map(([made, effect]) => ({ ...made, effect }))
const idea: fc.Arbitrary<Idea> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), principal: anyPrincipal, rule }),
  fc.record({
    kind: fc.constantFrom('add' as const, 'remove' as const),
    group: fc.constantFrom('g1', 'g2'),
    member,
  }),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'detach' as const, 'empty' as const),
    which: fc.nat(),
  }),
)

async function changeOf(
  organization: StoredOrganization,
  made: Idea,
): Promise<SimulatedChange | undefined> {
  const page = { size: 100 }
  const { groups, policies } = await organization.read(async ({ tx }) => ({
    groups: await tx.groups.list(organization.id, {}, page),
    policies: await tx.policies.list(organization.id, {}, page),
  }))
  const groupId = (name: string) => groups.find((group) => group.name === name)?.id ?? ''
  if (made.kind === 'create') {
    const { type, name } = made.principal
    const id = type === 'group' ? groupId(name) : organization.findPrincipal({ type, name })?.id
    const principal = { userId: '', groupId: '', applicationId: '', [`${type}Id`]: id ?? '' }
    const texts = { organizationId: '', policyId: '', name: 'what if', description: '', tags: [] }
    return {
      kind: 'create_policy',
      input: { ...texts, ...principal, rules: [ruleInput(organization, made.rule)] },
    }
  }
  if ('group' in made) {
    const ref = organization.findPrincipal(made.member)
    const group = groups.find(({ name }) => name === made.group)
    const members: readonly string[] = [...(group?.userIds ?? []), ...(group?.applicationIds ?? [])]
    if (!ref || !group || members.includes(ref.id) === (made.kind === 'add')) return undefined
    const kind = made.kind === 'add' ? 'add_group_members' : 'remove_group_members'
    return { kind, input: { groupId: group.id, etag: '', ...memberIds(ref) } }
  }
  const policy = policies[made.which % Math.max(1, policies.length)]
  if (!policy) return undefined
  const target = { policyId: policy.id, etag: '' }
  if (made.kind === 'delete') return { kind: 'delete_policy', input: target }
  if (made.kind === 'empty') return { kind: 'set_rules', input: { ...target, rules: [] } }
  const nobody = { userId: '', groupId: '', applicationId: '' }
  const texts = { id: policy.id, etag: '', name: '', description: '', tags: [] }
  return { kind: 'update_policy', input: { ...texts, ...nobody, mask: ['principal'] } }
}

function ruleInput(organization: StoredOrganization, entry: RuleEntry) {
  const projectIds = entry.projects.map((name) => organization.findProjectId(name) ?? '')
  return {
    effect: entry.effect,
    permissionSetNames: entry.permissionSets,
    scope: entry.organization
      ? { kind: 'organization' as const }
      : { kind: 'projects' as const, projectIds },
    resources: entry.resources,
    condition: entry.condition,
  }
}

function memberIds({ type, id }: PrincipalRef) {
  return {
    userIds: type === 'user' ? [id] : [],
    applicationIds: type === 'application' ? [id] : [],
  }
}

/** About what rules have a say in: a project of the organization itself. */
function questionsOf({ asked }: Scene, organization: StoredOrganization): RawQuestion[] {
  const own = { findOrganizationId: () => organization.id, findProjectId: () => undefined }
  const { resource } = asked.question
  const nowhere = { ...asked.question, resource: resource && { ...resource, project: undefined } }
  const question = toRawQuestion(nowhere, own)
  const projectIds = ['default', 'p1', 'p2'].map((name) => organization.findProjectId(name) ?? '')
  return ['', ...projectIds].flatMap((projectId) =>
    question.resource
      ? [{ ...question, resource: { ...question.resource, organizationId: '', projectId } }]
      : [],
  )
}

function ids({ type, id }: PrincipalRef) {
  return { userId: type === 'user' ? id : '', applicationId: type === 'application' ? id : '' }
}

/** Which of several rules that settle it alike is named is promised nowhere. */
function told({ effect, reason }: Decision): string {
  return `${effect} ${reason}`
}

describe('in any world, a simulation', { timeout: 60_000 }, () => {
  test('tells what is decided now, and what is once the change is made; and makes none', async () => {
    let flips = 0
    await fc.assert(
      fc.asyncProperty(
        anyScene,
        fc.array(idea, { minLength: 2, maxLength: 4 }),
        async (scene, ideas) => {
          const [plan] = scene.plans
          if (!plan) throw new Error('a scene has organizations')
          const organization = await worlds.found(unlocked(plan))
          const changes: SimulatedChange[] = []
          for (const each of ideas) {
            const change = await changeOf(organization, each)
            // Two changes of one thing may be in each other's way: that is their business.
            const isNew = !changes.some((other) => targetOf(other) === (change && targetOf(change)))
            if (change && isNew) changes.push(change)
          }
          fc.pre(changes.length > 0)
          const questions = questionsOf(scene, organization).flatMap((question) =>
            organization.principals.map((ref) => ({ ...question, ...ids(ref) })),
          )
          const answers = () =>
            organization.read((act) =>
              Promise.all(questions.map((question) => authorizePrincipal(act, question))),
            )
          const before = await answers()
          const imagined = await simulate((work) => organization.write(work), {
            changes,
            questions,
          })
          expect(await answers()).toEqual(before)
          await organization.write(async (act) => {
            for (const change of changes) await make(act, change)
          })
          const after = await answers()
          expect(imagined.map((each) => told(each.before))).toEqual(before.map(told))
          expect(imagined.map((each) => each.after.reason)).toEqual(
            after.map(({ reason }) => reason),
          )
          flips += after.filter(({ effect }, index) => effect !== before[index]?.effect).length
        },
      ),
      { numRuns: 15 },
    )
    expect(flips).toBeGreaterThan(0)
  })
})

function targetOf({ input }: SimulatedChange): string {
  if ('groupId' in input && input.groupId !== '' && 'userIds' in input) return input.groupId
  if ('policyId' in input) return input.policyId
  return 'id' in input ? input.id : ''
}

/** A pending invitation cannot be locked, only deleted. */
function unlocked(plan: Scene['plans'][number]): Scene['plans'][number] {
  const users = plan.document.users.map((user) =>
    user.type === 'guest' ? { ...user, locked: false } : user,
  )
  return { ...plan, document: { ...plan.document, users } }
}
