import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesPattern } from './pattern.js'
import { PatternIndex } from './pattern-index.js'

const word = (letters: readonly string[]) =>
  fc.array(fc.constantFrom(...letters), { maxLength: 5 }).map((parts) => parts.join(''))

function found(index: PatternIndex<string>, text: string): string[] {
  const all: string[] = []
  index.search(text, (pattern) => {
    all.push(pattern)
    return undefined
  })
  return all.sort()
}

test('visits each matching pattern once, and no other', () => {
  fc.assert(
    fc.property(fc.array(word(['a', 'b', '*'])), fc.array(word(['a', 'b'])), (patterns, texts) => {
      const index = new PatternIndex<string>()
      for (const pattern of patterns) index.at(pattern, () => pattern)
      for (const text of texts) {
        const matching = [...new Set(patterns)].filter((each) => matchesPattern(each, text)).sort()
        expect(found(index, text)).toEqual(matching)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('a prefix and a suffix do not share characters of the text', () => {
  const index = new PatternIndex<string>()
  index.at('aba*aba', () => 'aba*aba')
  expect(found(index, 'ababa')).toEqual([])
  expect(found(index, 'abaaba')).toEqual(['aba*aba'])
})

test('one value hangs on one pattern', () => {
  const index = new PatternIndex<string[]>()
  index.at('a*', () => []).push('first')
  index.at('a*', () => []).push('second')
  expect(index.search('abc', (values) => values)).toEqual(['first', 'second'])
})

test('ends the search with the first answer', () => {
  const index = new PatternIndex<string>()
  for (const pattern of ['a', 'a*', '*a', '*']) index.at(pattern, () => pattern)
  let visits = 0
  const answer = index.search('a', (pattern) => {
    visits++
    return pattern
  })
  expect([visits, answer]).toEqual([1, 'a'])
})
