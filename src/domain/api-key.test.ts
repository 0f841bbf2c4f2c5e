import { expect, test } from 'vitest'
import { isExpired, isNarrowed, parseNarrowing } from './api-key.js'
import type { ProjectId } from './ids.js'
import { Validation } from './validation.js'

test.each([
  [undefined, false],
  [999, true],
  [1_000, true],
  [1_001, false],
])('a key that expires at %s is expired at 1000: %s', (expiresAtMs, expired) => {
  expect(isExpired(expiresAtMs, 1_000)).toBe(expired)
})

const nothing = { actions: [], resources: [], projectIds: [], sourceCidrs: [] }

function narrow(parts: Partial<Parameters<typeof parseNarrowing>[2]>) {
  const v = new Validation()
  const narrowing = parseNarrowing(v, 'narrowing', { ...nothing, ...parts })
  return { narrowing, problems: v.violations.map(({ field, reason }) => `${field} ${reason}`) }
}

test('empty lists narrow nothing', () => {
  const { narrowing } = narrow({})
  expect(narrowing).toEqual({})
  expect(isNarrowed(narrowing)).toBe(false)
})

test('each list that holds something narrows', () => {
  const projectIds = ['p' as ProjectId]
  const { narrowing, problems } = narrow({ actions: ['a:*'], projectIds })
  expect(narrowing).toEqual({ actions: ['a:*'], projectIds })
  expect(isNarrowed(narrowing)).toBe(true)
  expect(problems).toEqual([])
})

test('says which member of which list is wrong', () => {
  const sourceCidrs = ['10.0.0.0/8', '10.0.0.1', '010.0.0.0/8', '::/129']
  expect(narrow({ actions: ['a', ''], resources: ['a b'], sourceCidrs }).problems).toEqual([
    'narrowing.actions[1] REQUIRED',
    'narrowing.resources[0] FORMAT',
    'narrowing.source_cidrs[1] FORMAT',
    'narrowing.source_cidrs[2] FORMAT',
    'narrowing.source_cidrs[3] FORMAT',
  ])
})

test('a list holds at most a hundred members', () => {
  const cidrs = (length: number) => Array.from({ length }, () => '10.0.0.0/8')
  expect(narrow({ sourceCidrs: cidrs(100) }).problems).toEqual([])
  expect(narrow({ sourceCidrs: cidrs(101) }).problems).toEqual(['narrowing.source_cidrs TOO_MANY'])
})
