import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toRawQuestion } from '../src/domain/corpus.js'
import type { PolicyEntry, RuleEntry } from '../src/domain/document.js'
import { parseQuestion } from '../src/domain/question.js'
import { parsed } from '../src/domain/validation.js'
import type { OrganizationPlan } from '../src/domain/world/plan.js'
import { offlineWorld } from './support/offline.js'
import { type Asked, allowRule, anyPrincipal, anyScene } from './support/random-world.js'
import { referenceDecision } from './support/reference.js'

function decide(plans: readonly OrganizationPlan[], asked: Asked) {
  const world = offlineWorld(plans)
  const question = parsed((v) => parseQuestion(v, '', toRawQuestion(asked.question, world)))
  return world.decide(asked.asker, question, asked.atMs)
}

/** The same organizations, each with its policies changed. */
function withPolicies(
  plans: readonly OrganizationPlan[],
  change: (policies: readonly PolicyEntry[]) => readonly PolicyEntry[],
): OrganizationPlan[] {
  return plans.map((plan) => ({
    ...plan,
    document: { ...plan.document, policies: change(plan.document.policies) },
  }))
}

function policy(
  name: string,
  principal: Exclude<PolicyEntry['principal'], undefined>,
  rules: readonly RuleEntry[],
): PolicyEntry {
  return { id: '', name, description: '', tags: [], principal, rules }
}

// Generous, since a machine that is busy must not look like a world that is wrong.
describe('in any world, of any question', { timeout: 60_000 }, () => {
  const runs = { numRuns: 1_000 }

  test('the evaluator and the reference agree', () => {
    const reasons = new Map<string, number>()
    fc.assert(
      fc.property(anyScene, ({ plans, asked }) => {
        const got = decide(plans, asked)
        const expected = referenceDecision(plans, asked)
        expect(got.reason).toBe(expected.reason)
        if (got.rule) expect(expected.policies).toContain(got.rule.policyName)
        reasons.set(got.reason, (reasons.get(got.reason) ?? 0) + 1)
      }),
      { numRuns: 3_000 },
    )
    // Agreement is worth something only if the worlds are varied.
    const rare = ['OWNER', 'RULE', 'EXPLICIT_DENY', 'NO_MATCHING_RULE', 'OUT_OF_SCOPE']
    rare.push('KEY_EXPIRED', 'KEY_RESTRICTION', 'PRINCIPAL_LOCKED', 'PRINCIPAL_PENDING')
    for (const reason of rare) expect([reason, reasons.get(reason) ?? 0]).toSatisfy(isFrequent)
  })

  test('the order of policies and rules does not matter', () => {
    const seed = fc.infiniteStream(fc.nat())
    fc.assert(
      fc.property(anyScene, seed, ({ plans, asked }, numbers) => {
        const shuffled = withPolicies(plans, (policies) =>
          shuffle(policies, numbers).map((each) => ({
            ...each,
            rules: shuffle(each.rules, numbers),
          })),
        )
        expect(decide(shuffled, asked).reason).toBe(decide(plans, asked).reason)
      }),
      runs,
    )
  })

  test('another allow rule never turns an allow into a deny', () => {
    fc.assert(
      fc.property(anyScene, anyPrincipal, allowRule, ({ plans, asked }, principal, rule) => {
        const more = withPolicies(plans, (all) => [...all, policy('more', principal, [rule])])
        if (decide(plans, asked).effect === 'allow')
          expect(decide(more, asked).effect).toBe('allow')
      }),
      runs,
    )
  })

  test('one matching deny rule leaves an allow to nobody but the owner', () => {
    const everything = (permissionSets: string[]): RuleEntry => ({
      effect: 'deny',
      permissionSets,
      organization: true,
      projects: [],
      resources: [],
      condition: '',
    })
    const rules = [everything(['EverythingInProjects']), everything(['EverythingElse'])]
    fc.assert(
      fc.property(anyScene, ({ plans, asked }) => {
        const denied = withPolicies(plans.map(withEverythingSets), (all) => [
          ...all,
          policy('no-users', { type: 'group', name: 'all_users' }, rules),
          policy('no-applications', { type: 'group', name: 'all_applications' }, rules),
        ])
        const { reason } = decide(plans, asked)
        const settledByRules = ['RULE', 'EXPLICIT_DENY', 'NO_MATCHING_RULE'].includes(reason)
        expect(decide(denied, asked).reason).toBe(settledByRules ? 'EXPLICIT_DENY' : reason)
      }),
      runs,
    )
  })

  test('no organization reaches another', () => {
    fc.assert(
      fc.property(anyScene, ({ plans, asked }) => {
        const foreign = homeOf(asked) === 'acme' ? 'globex' : 'acme'
        const { resource } = asked.question
        fc.pre(resource?.project?.organization === foreign || resource?.organization === foreign)
        expect(decide(plans, asked).effect).toBe('deny')
      }),
      runs,
    )
  })

  test('a narrowed or expiring key never allows what the whole key denies', () => {
    fc.assert(
      fc.property(anyScene, ({ plans, asked }) => {
        fc.pre(asked.asker.kind === 'key')
        const narrowing = { actions: [], resources: [], projects: [], sourceCidrs: [] }
        const whole = plans.map((plan) => ({
          ...plan,
          keys: plan.keys.map(({ name, bearer }) => ({ name, bearer, narrowing })),
        }))
        if (decide(plans, asked).effect === 'allow') {
          expect(decide(whole, asked).effect).toBe('allow')
        }
      }),
      runs,
    )
  })

  test('the explanation tells of the very rules that decided', () => {
    fc.assert(
      fc.property(anyScene, ({ plans, asked }) => {
        const world = offlineWorld(plans)
        const question = parsed((v) => parseQuestion(v, '', toRawQuestion(asked.question, world)))
        const { reason, rule } = world.decide(asked.asker, question, asked.atMs)
        const matched = world
          .explain(asked.asker, question, asked.atMs)
          .flatMap(({ rules }) => rules)
          .filter((each) => each.matched)
        const deciding = matched.find((each) => each.rule.id === rule?.ruleId)
        expect(deciding?.rule.effect).toBe(
          reason === 'RULE' ? 'allow' : reason === 'EXPLICIT_DENY' ? 'deny' : undefined,
        )
        if (reason === 'NO_MATCHING_RULE') expect(matched).toEqual([])
        if (reason === 'RULE') expect(matched.some((m) => m.rule.effect === 'deny')).toBe(false)
      }),
      runs,
    )
  })
})

function homeOf({ asker }: Asked): string {
  if (asker.kind === 'principal') return asker.organization
  return asker.kind === 'key' ? (asker.name.split('-')[0] ?? '') : ''
}

function isFrequent([, count]: [string, number]): boolean {
  return count >= 20
}

function withEverythingSets(plan: OrganizationPlan): OrganizationPlan {
  const set = { description: '', permissions: ['*'] }
  const permissionSets = [
    ...plan.document.permissionSets,
    { ...set, name: 'EverythingInProjects', scopeType: 'projects' as const },
    { ...set, name: 'EverythingElse', scopeType: 'organization' as const },
  ]
  return { ...plan, document: { ...plan.document, permissionSets } }
}

function shuffle<T>(list: readonly T[], numbers: fc.Stream<number>): T[] {
  const left = [...list]
  const out: T[] = []
  for (const number of numbers.take(left.length)) {
    out.push(...left.splice(number % left.length, 1))
  }
  return out
}
