import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covers as matchesNaively } from '../../test/support/reference.js'
import { coversPattern, matchesPattern, parsePattern, patternsOverlap } from './pattern.js'
import { Validation } from './validation.js'

const pattern = fc
  .array(fc.constantFrom('a', 'b', '/', '*', '*'), { maxLength: 6 })
  .map((parts) => parts.join(''))
const text = fc
  .array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 })
  .map((parts) => parts.join(''))

test.each([
  ['a', 'a', true],
  ['a', 'A', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a/*', 'a', false],
  ['a/*', 'a/', true],
  ['a*b*c', 'a/b:c', true],
  ['a*b*c', 'acb', false],
  ['*ab', 'aab', true],
  ['a.c', 'abc', false],
  ['**a**', 'bab', true],
])('`%s` matches `%s`: %s', (wide, narrow, expected) => {
  expect(matchesPattern(wide, narrow)).toBe(expected)
})

test('matches as trying every way to share a text out does', () => {
  fc.assert(
    fc.property(pattern, text, (some, other) => {
      expect(matchesPattern(some, other)).toBe(matchesNaively(some, other))
    }),
    { numRuns: 2_000 },
  )
})

test('takes no exponential time over stars that almost match', () => {
  const startMs = performance.now()
  expect(matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(1_000))).toBe(false)
  expect(performance.now() - startMs).toBeLessThan(1_000)
})

test('a pattern covers another exactly if no text of the other escapes it', () => {
  fc.assert(
    fc.property(pattern, pattern, fc.array(text, { maxLength: 20 }), (wide, narrow, texts) => {
      // A letter that neither holds stands for everything that a star of `narrow` may stand for.
      const fresh = narrow.replaceAll(/\*+/g, 'z')
      expect(coversPattern(wide, narrow)).toBe(matchesNaively(wide, fresh))
      if (!coversPattern(wide, narrow)) return
      for (const each of texts.filter((sample) => matchesPattern(narrow, sample))) {
        expect(matchesPattern(wide, each)).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})

const shortPattern = fc
  .array(fc.constantFrom('a', 'b', '*'), { maxLength: 3 })
  .map((parts) => parts.join(''))
const shortTexts = textsUpTo(6)

test('two patterns overlap exactly if some text is matched by both', () => {
  fc.assert(
    fc.property(shortPattern, shortPattern, (a, b) => {
      const both = shortTexts.some((each) => matchesNaively(a, each) && matchesNaively(b, each))
      expect(patternsOverlap(a, b)).toBe(both)
      expect(patternsOverlap(b, a)).toBe(both)
    }),
    { numRuns: 500 },
  )
})

/** Every text over `a` and `b`; two patterns of three characters need no longer one. */
function textsUpTo(length: number): string[] {
  if (length === 0) return ['']
  const shorter = textsUpTo(length - 1)
  return [...new Set([...shorter, ...shorter.flatMap((each) => [`${each}a`, `${each}b`])])]
}

test.each([
  ['compute:*', ''],
  ['', 'REQUIRED'],
  ['a b', 'FORMAT'],
  ['a\u0000', 'FORMAT'],
  ['a\u200eb', 'FORMAT'],
  ['a'.repeat(512), ''],
  ['a'.repeat(513), 'TOO_LONG'],
])('parses `%s`: %s', (some, reason) => {
  const v = new Validation()
  expect(parsePattern(v, 'pattern', some)).toBe(some)
  expect(v.violations.map((violation) => violation.reason).join()).toBe(reason)
})
