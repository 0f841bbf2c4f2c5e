import { expect, test } from 'vitest'
import { type AttributeLimits, parseAttributes } from './attributes.js'
import { Validation } from './validation.js'

const limits: AttributeLimits = {
  bytesMax: 100,
  entriesMax: 3,
  depthMax: 3,
  listMax: 4,
  totalMax: 7,
}

function read(value: unknown) {
  const v = new Validation()
  const attributes = parseAttributes(v, 'attributes', { value, limits })
  return {
    attributes,
    problem: v.violations.map(({ field, reason }) => `${field} ${reason}`).join(),
  }
}

test.each<[string, unknown]>([
  ['nothing', {}],
  ['every kind of value', { text: 'a', number: 1.5, more: { yes: true, none: null, list: [1] } }],
  ['as many entries as may be', { a: 1, b: 2, c: 3 }],
  ['as deep as may be', { a: { b: [1] } }],
  ['text of ninety bytes', { a: 'a'.repeat(90) }],
])('takes %s', (_, value) => {
  expect(read(value)).toEqual({ attributes: value, problem: '' })
})

test('takes absence for nothing', () => {
  expect(read(undefined)).toEqual({ attributes: {}, problem: '' })
  expect(read(null)).toEqual({ attributes: {}, problem: '' })
})

test.each<[string, unknown, string]>([
  ['a list', [], 'attributes FORMAT'],
  ['a text', 'a', 'attributes FORMAT'],
  ['too many entries', { a: 1, b: 2, c: 3, d: 4 }, 'attributes TOO_MANY'],
  ['too many entries below', { a: { a: 1, b: 2, c: 3, d: 4 } }, 'attributes.a TOO_MANY'],
  ['too many in all', { a: { b: [1, 2, 3] }, c: [1, 2, 3] }, 'attributes.c TOO_MANY'],
  ['too many entries in all', { a: [1, 2, 3, 4], b: { c: 1, d: 2 } }, 'attributes.b TOO_MANY'],
  ['too long a list', { a: [1, 2, 3, 4, 5] }, 'attributes.a TOO_MANY'],
  ['too deep a map', { a: { b: { c: {} } } }, 'attributes.a.b.c TOO_DEEP'],
  ['too deep a list', { a: [[[1]]] }, 'attributes.a[0][0] TOO_DEEP'],
  ['too much', { a: 'a'.repeat(100) }, 'attributes TOO_LONG'],
  ['too much of long characters', { a: '機'.repeat(40) }, 'attributes TOO_LONG'],
  ['an empty name', { '': 1 }, 'attributes FORMAT'],
  ['a name of a control character', { 'a\u0000': 1 }, 'attributes FORMAT'],
  ['a name that JavaScript uses', JSON.parse('{"__proto__": {"a": 1}}'), 'attributes FORMAT'],
  ['a constructor', { constructor: 1 }, 'attributes FORMAT'],
  ['a number that is none', { a: Number.NaN }, 'attributes.a FORMAT'],
  ['a number without end', { a: Number.POSITIVE_INFINITY }, 'attributes.a FORMAT'],
  ['text that was no UTF-8', { a: '\ufffd' }, 'attributes.a FORMAT'],
  ['what JSON has not', { a: () => 1 }, 'attributes.a FORMAT'],
])('refuses %s', (_, value, problem) => {
  expect(read(value).problem).toBe(problem)
})

test('answers a copy that nobody can change, and that inherits nothing', () => {
  const given = { list: [{ a: 1 }], map: { b: 2 } }
  const { attributes } = read(given)
  given.list.push({ a: 2 })
  expect(attributes).toEqual({ list: [{ a: 1 }], map: { b: 2 } })
  expect(Object.getPrototypeOf(attributes)).toBeNull()
  for (const part of [attributes, attributes.list, attributes.map]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})
