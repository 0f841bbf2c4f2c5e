import { expect, it } from 'vitest'
import { aRule } from '../../test/support/rules.js'
import type { PolicyId, UserId } from '../domain/ids.js'
import type { CompiledPolicy, CompiledRule } from '../domain/policy.js'
import { entityBytes } from './entity-size.js'

const principal = { type: 'user', id: 'u' as UserId } as const

function bytesOf(rules: readonly CompiledRule[]): number {
  const policy: CompiledPolicy = { id: 'p' as PolicyId, name: 'policy', principal, rules }
  return entityBytes({ value: [policy], keys: [] }, 'bindings:u')
}

const permissions = Array.from({ length: 100 }, (_, at) => `service${at}:things:read`)
const listBytes = permissions.join('').length

it('grows with the rules, and with what is written in them', () => {
  const rule = aRule({ name: 'a' })
  const one = bytesOf([rule])
  expect(one).toBeGreaterThan(100)
  expect(bytesOf([rule, rule])).toBeGreaterThan(one + 100)
  const resource = 'server/'.padEnd(1_000, 'x')
  const long = { ...rule, resources: [resource] }
  expect(bytesOf([long])).toBeGreaterThan(one + 1_000)
  const condition = { source: 'x'.repeat(2_000), evaluate: () => ({ kind: 'false' }) as const }
  expect(bytesOf([{ ...rule, condition }])).toBeGreaterThan(one + 2_000)
})

it('counts a condition for what it is compiled to, once for all rules that have it', () => {
  const condition = { source: 'x'.repeat(100), evaluate: () => ({ kind: 'false' }) as const }
  const rule = aRule({ name: 'a', condition })
  const one = bytesOf([rule])
  const plain = bytesOf([aRule({ name: 'a' })])
  expect(one - plain).toBeGreaterThan(5_000)
  const many = bytesOf([rule, rule, rule])
  expect(many - one).toBeLessThan(2 * plain)
})

it('counts a list of permissions once, however many rules share it', () => {
  const shared = Array.from({ length: 100 }, () => aRule({ name: 'a', permissions }))
  const own = shared.map((rule) => ({ ...rule, permissions: [...permissions] }))
  const sharing = bytesOf(shared)
  expect(bytesOf(own) - sharing).toBeGreaterThan(99 * listBytes)
})
