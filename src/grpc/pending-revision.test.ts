import { expect, it } from 'vitest'
import { pendingRevision, withRevision } from './pending-revision.js'

it('is replaced wherever it stands, and nothing else is', () => {
  const time = new Date(5)
  const bytes = new Uint8Array([1])
  const answer = {
    revision: pendingRevision,
    owner: { revision: pendingRevision, tags: [pendingRevision, `${pendingRevision}s`] },
    time,
    bytes,
    absent: undefined,
    none: null,
    count: 3n,
  }
  expect(withRevision(answer, 'pr1.x')).toEqual({
    ...answer,
    revision: 'pr1.x',
    owner: { revision: 'pr1.x', tags: ['pr1.x', `${pendingRevision}s`] },
  })
  expect(withRevision(answer, 'pr1.x').time).toBe(time)
  expect(withRevision(answer, 'pr1.x').bytes).toBe(bytes)
})

it('leaves a field of any name what it is', () => {
  const answer = JSON.parse('{"__proto__": {"a": 1}}')
  expect(JSON.stringify(withRevision(answer, 'pr1.x'))).toBe('{"__proto__":{"a":1}}')
})
