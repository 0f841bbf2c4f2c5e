import { describe, expect, it } from 'vitest'
import { compileCondition } from '../domain/condition/compile.js'
import type {
  ApiKeyId,
  OrganizationId,
  PolicyId,
  ProjectId,
  RuleId,
  UserId,
} from '../domain/ids.js'
import type { CompiledPolicy, CompiledRule } from '../domain/policy.js'
import type { Principal } from '../domain/principal.js'
import type { EntityValue, EntityWant } from '../service/entities.js'
import { createEntityCodec } from './codec.js'

const codec = createEntityCodec(compileCondition)
const ref = { type: 'user', id: 'u' as UserId } as const

function roundTrip(want: EntityWant, value: EntityValue): EntityValue {
  const decoded = codec.decode(want, codec.encode(value))
  if (decoded === 'unreadable') throw new Error('unreadable')
  return decoded.value
}

const principal: Principal = {
  ref,
  organizationId: 'o' as OrganizationId,
  owner: false,
  status: 'active',
  groupIds: [],
  attributes: { condition: { source: 'true', evaluate: 'no' }, level: 3, list: ['a', null] },
  tags: ['t'],
}

const rule: CompiledRule = {
  id: 'r' as RuleId,
  policyId: 'p' as PolicyId,
  policyName: 'policy',
  effect: 'deny',
  scopeType: 'projects',
  scope: { kind: 'projects', projectIds: ['x' as ProjectId] },
  permissions: ['compute:*'],
  permissionSetNames: ['InstancesFullAccess'],
  resources: ['server/*'],
}

function conditionOf(source: string) {
  const compiled = compileCondition(source)
  if (!compiled.ok) throw new Error(compiled.problem.description)
  return compiled.condition
}

describe('the codec', () => {
  it.each<[string, EntityWant, EntityValue]>([
    [
      'a credential',
      { kind: 'credential', secretHash: 'h' },
      {
        id: 'k' as ApiKeyId,
        organizationId: 'o' as OrganizationId,
        bearer: ref,
        expiresAtMs: 5,
        narrowing: { actions: ['a:*'], sourceCidrs: ['10.0.0.0/8'] },
      },
    ],
    ['a principal', { kind: 'principal', ref }, principal],
    ['no bindings', { kind: 'bindings', holderId: 'u' }, []],
    ['a project', { kind: 'project', id: 'x' as ProjectId }, 'o' as OrganizationId],
    ['what does not exist', { kind: 'credential', secretHash: 'h' }, undefined],
  ])('gives back %s as it was', (_, want, value) => {
    expect(roundTrip(want, value)).toEqual(value)
  })

  it('gives back policies whose conditions decide as before', () => {
    const condition = conditionOf('principal.attributes.level > 2.0')
    const policy: CompiledPolicy = {
      id: 'p' as PolicyId,
      name: 'policy',
      principal: ref,
      rules: [{ ...rule, condition }, rule],
    }
    const [back] = roundTrip({ kind: 'bindings', holderId: 'u' }, [policy]) as CompiledPolicy[]
    expect(back?.rules[1]).toEqual(rule)
    const input = {
      request: { timeMs: 0 },
      resource: { attributes: {} },
      principal: { id: 'u', type: 'user', attributes: { level: 3 }, tags: [] },
      context: {},
    } as const
    expect(back?.rules[0]?.condition?.evaluate(input)).toEqual({ kind: 'true' })
  })

  it('gives back what no request can change', () => {
    const back = roundTrip({ kind: 'principal', ref }, principal) as Principal
    expect(Object.isFrozen(back.attributes.list)).toBe(true)
    expect(Object.getPrototypeOf(back.attributes)).toBeNull()
    expect(Object.isFrozen(back.tags)).toBe(true)
    const [policy] = roundTrip({ kind: 'bindings', holderId: 'u' }, [
      { id: 'p' as PolicyId, name: 'policy', principal: ref, rules: [rule] },
    ]) as CompiledPolicy[]
    expect(Object.isFrozen(policy?.rules[0]?.permissions)).toBe(true)
  })

  it('knows how many octets there are at least, and of many rules nearly all', () => {
    const least: CompiledRule = {
      ...rule,
      ...{ id: '' as RuleId, policyId: '' as PolicyId, policyName: '', effect: 'deny' },
      ...{
        scope: { kind: 'organization' },
        permissions: [],
        permissionSetNames: [],
        resources: [],
      },
    }
    const permissions = Array.from({ length: 100 }, (_, at) => `service${at}:*`)
    const wide = Array.from({ length: 100 }, () => ({ ...least, permissions }))
    const bindings = (rules: readonly CompiledRule[]) => [
      { id: '' as PolicyId, name: '', principal: ref, rules },
    ]
    for (const value of [undefined, principal, ...[[], [least], [rule], wide].map(bindings)]) {
      expect(codec.bytesMin(value)).toBeLessThanOrEqual(codec.encode(value).length)
    }
    const { length } = codec.encode(bindings(wide))
    expect(codec.bytesMin(bindings(wide))).toBeGreaterThan(0.7 * length)
    expect(codec.bytesMin(bindings(Array(1_000).fill(least)))).toBeGreaterThan(65_536)
  })

  it('finds bytes that are no entity unreadable, instead of failing a question', () => {
    const want = { kind: 'bindings', holderId: 'u' } as const
    expect(codec.decode(want, Buffer.from('{'))).toBe('unreadable')
    expect(codec.decode(want, Buffer.from('{"a":1}'))).toBe('unreadable')
  })
})
