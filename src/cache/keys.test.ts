import fc from 'fast-check'
import { expect, it } from 'vitest'
import { builtinPermissionSets } from '../catalog/builtin.js'
import type { ProjectId } from '../domain/ids.js'
import { createSharedKeys } from './keys.js'

const keys = createSharedKeys(builtinPermissionSets)
const text = fc.string({ maxLength: 12 })

it('never gives two different things one key', () => {
  const want = fc.oneof(
    fc.record({ kind: fc.constant('credential' as const), secretHash: text }),
    fc.record({ kind: fc.constant('bindings' as const), holderId: text }),
    fc.record({ kind: fc.constant('project' as const), id: text as fc.Arbitrary<ProjectId> }),
  )
  const named = fc.record({ epoch: fc.stringMatching(/^[0-9a-f]{16}$/), want })
  fc.assert(
    fc.property(named, named, (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b)
      expect(keys(a.epoch, a.want) === keys(b.epoch, b.want)).toBe(same)
    }),
    { numRuns: 2_000 },
  )
})

it('gives a catalogue that says something else other keys', () => {
  const want = { kind: 'bindings', holderId: 'h' } as const
  const others = builtinPermissionSets.map((set, i) =>
    i === 0 ? { ...set, permissions: [...set.permissions, 'a:b:c'] } : set,
  )
  expect(createSharedKeys(others)('e', want)).not.toBe(keys('e', want))
  expect(createSharedKeys([...builtinPermissionSets])('e', want)).toBe(keys('e', want))
})
