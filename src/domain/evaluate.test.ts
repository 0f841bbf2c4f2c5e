import { expect, test } from 'vitest'
import {
  aPrincipal,
  aQuestion,
  aRule,
  home,
  production,
  staging,
} from '../../test/support/rules.js'
import type { ApiKeyCredential, KeyNarrowing } from './api-key.js'
import { createAuthorizationView } from './authorization-view.js'
import type { Condition, ConditionInput, ConditionOutcome } from './condition/condition.js'
import { type DecisionFacts, evaluate } from './evaluate.js'
import type { ApiKeyId, OrganizationId, PolicyId } from './ids.js'
import type { CompiledRule } from './policy.js'
import type { Question } from './question.js'

const nowMs = 1_000
const question = aQuestion('servers:start')

function viewOf(...rules: readonly CompiledRule[]) {
  const principal = aPrincipal().ref
  return createAuthorizationView([{ id: 'p' as PolicyId, name: 'p', principal, rules }])
}

function keyOf(parts: { narrowing?: KeyNarrowing; expiresAtMs?: number } = {}): ApiKeyCredential {
  const bearer = aPrincipal().ref
  return { id: 'KEY' as ApiKeyId, organizationId: home, bearer, narrowing: {}, ...parts }
}

function reasonOf(facts: Partial<DecisionFacts>, asked: Question = question): string {
  const defaults = { principal: aPrincipal(), projectOrganizationId: home, view: viewOf() }
  return evaluate({ ...defaults, ...facts }, asked, nowMs).reason
}

function conditionOf(kind: ConditionOutcome['kind']): Condition {
  const outcome = kind === 'error' ? { kind, message: 'it failed' } : { kind }
  return { source: kind, evaluate: () => outcome }
}

const allow = aRule({ name: 'allow' })
const deny = aRule({ name: 'deny', effect: 'deny' })
const elsewhere = 'elsewhere' as OrganizationId

test.each<[string, Partial<DecisionFacts>, string]>([
  ['no rule', {}, 'NO_MATCHING_RULE'],
  ['an allow', { view: viewOf(allow) }, 'RULE'],
  ['an allow, then a deny', { view: viewOf(allow, deny) }, 'EXPLICIT_DENY'],
  ['a deny, then an allow', { view: viewOf(deny, allow) }, 'EXPLICIT_DENY'],
  ['an owner', { principal: aPrincipal({ owner: true }), view: viewOf(deny) }, 'OWNER'],
  ['a whole key', { key: keyOf(), view: viewOf(allow) }, 'RULE'],
  ['a key that ends now', { key: keyOf({ expiresAtMs: 1_000 }) }, 'KEY_EXPIRED'],
  ['a key that ends next', { key: keyOf({ expiresAtMs: 1_001 }) }, 'NO_MATCHING_RULE'],
  ['a locked user', { principal: aPrincipal({ status: 'locked' }) }, 'PRINCIPAL_LOCKED'],
  ['a pending guest', { principal: aPrincipal({ status: 'pending' }) }, 'PRINCIPAL_PENDING'],
  ['a project of another', { projectOrganizationId: elsewhere }, 'OUT_OF_SCOPE'],
  ['a project of nobody', { projectOrganizationId: undefined }, 'OUT_OF_SCOPE'],
  ['a narrowed key', { key: keyOf({ narrowing: { actions: ['disks:*'] } }) }, 'KEY_RESTRICTION'],
])('decides about %s', (_, facts, reason) => {
  expect(reasonOf(facts)).toBe(reason)
})

test('settles what is wrong in the promised order', () => {
  const key = keyOf({ expiresAtMs: 0, narrowing: { actions: ['disks:*'] } })
  const whole = { ...key, expiresAtMs: 2_000 }
  const principal = aPrincipal({ status: 'locked', owner: true })
  const active = aPrincipal({ owner: true })
  const projectOrganizationId = elsewhere
  expect([
    reasonOf({ key, principal, projectOrganizationId }),
    reasonOf({ key: whole, principal, projectOrganizationId }),
    reasonOf({ key: whole, principal: active, projectOrganizationId }),
    reasonOf({ key: whole, principal: active }),
    reasonOf({ principal: active }),
  ]).toEqual(['KEY_EXPIRED', 'PRINCIPAL_LOCKED', 'OUT_OF_SCOPE', 'KEY_RESTRICTION', 'OWNER'])
})

test.each<['allow' | 'deny', ConditionOutcome['kind'], string]>([
  ['allow', 'true', 'RULE'],
  ['allow', 'false', 'NO_MATCHING_RULE'],
  ['allow', 'error', 'NO_MATCHING_RULE'],
  ['deny', 'true', 'EXPLICIT_DENY'],
  ['deny', 'false', 'NO_MATCHING_RULE'],
  ['deny', 'error', 'EXPLICIT_DENY'],
])('a rule that would %s, with the condition %s: %s', (effect, kind, reason) => {
  const rule = aRule({ name: 'r', effect, condition: conditionOf(kind) })
  expect(reasonOf({ view: viewOf(rule) })).toBe(reason)
})

test.each<[string, KeyNarrowing, Partial<Question>, boolean]>([
  ['one of its actions', { actions: ['disks:*', 'servers:*'] }, {}, true],
  ['one of its resources', { resources: ['server/web-*'] }, {}, true],
  ['none of its resources', { resources: ['server/db-*'] }, {}, false],
  ['one of its projects', { projectIds: [production, staging] }, {}, true],
  ['none of its projects', { projectIds: [production] }, {}, false],
  [
    'an address in its ranges',
    { sourceCidrs: ['10.0.0.0/8'] },
    { request: { ip: '10.1.1.1' } },
    true,
  ],
  ['an address outside', { sourceCidrs: ['10.0.0.0/8'] }, { request: { ip: '11.1.1.1' } }, false],
  ['an unknown address', { sourceCidrs: ['0.0.0.0/0'] }, {}, false],
  ['a range that is none', { sourceCidrs: ['10.0.0.0'] }, { request: { ip: '10.0.0.0' } }, false],
])('a key narrowed to: %s', (_, narrowing, parts, within) => {
  const facts = { key: keyOf({ narrowing }), view: viewOf(allow) }
  expect(reasonOf(facts, { ...question, ...parts })).toBe(within ? 'RULE' : 'KEY_RESTRICTION')
})

test('conditions see the one instant of the decision, and who asks about what', () => {
  const seen: ConditionInput[] = []
  const condition: Condition = {
    source: 'spy',
    evaluate(input) {
      seen.push(input)
      return { kind: 'true' }
    },
  }
  const principal = aPrincipal({ tags: ['oncall'], attributes: { level: 3 } })
  const asked = { ...question, request: { ip: '10.1.1.1' }, context: { ticket: 'CHG-1' } }
  reasonOf({ principal, view: viewOf(aRule({ name: 'r', condition })) }, asked)
  expect(seen).toEqual([
    {
      request: { ip: '10.1.1.1', timeMs: nowMs },
      resource: asked.resource,
      principal: { id: 'ada', type: 'user', tags: ['oncall'], attributes: { level: 3 } },
      context: { ticket: 'CHG-1' },
    },
  ])
})

test('tells who asked, with which key, and which rule decided', () => {
  const facts = { key: keyOf(), principal: aPrincipal(), projectOrganizationId: home }
  expect(evaluate({ ...facts, view: viewOf(allow) }, question, nowMs)).toEqual({
    effect: 'allow',
    reason: 'RULE',
    subject: { principal: { type: 'user', id: 'ada' }, organizationId: home, keyId: 'KEY' },
    rule: { policyId: 'policy of allow', policyName: 'policy of allow', ruleId: 'allow' },
  })
})
