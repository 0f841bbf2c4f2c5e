import { describe, expect, test } from 'vitest'
import { type CorpusCase, isExpected } from '../src/domain/corpus.js'
import { askWorld, questionOf } from '../src/domain/world/ask.js'
import type { World } from '../src/domain/world/world.js'
import { corpusFiles, offlineWorld, readCorpusFile } from './support/offline.js'
import { referenceDecision } from './support/reference.js'

test('the corpus is large, and begins with the example that Postern began with', () => {
  const cases = corpusFiles.flatMap((file) => readCorpusFile(file).cases)
  expect(cases.length).toBeGreaterThanOrEqual(150)
  expect(corpusFiles[0]).toBe('a-group-grants-its-members.yaml')
})

test.each(corpusFiles)('%s says every case once', (file) => {
  const names = readCorpusFile(file).cases.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

describe.each(corpusFiles)('%s', (file) => {
  const corpus = readCorpusFile(file)
  const world = offlineWorld(corpus.organizations)

  test.each(corpus.cases)('$name', (asked) => {
    const got = askWorld(world, asked)
    expect(got, JSON.stringify(asked.expected)).toSatisfy(() => isExpected(asked.expected, got))
    expectExplained(world, asked)
  })

  const decided = corpus.cases.filter(({ expected }) => expected.kind === 'decision')
  test.each(decided)('$name, in the eyes of the reference, too', (asked) => {
    const { reason, policies } = referenceDecision(corpus.organizations, asked)
    const got = askWorld(world, asked)
    expect(got).toMatchObject({ kind: 'decision', reason })
    if (got.kind === 'decision' && got.policy !== '') expect(policies).toContain(got.policy)
  })
})

/** The explanation walks the rules without the index; it must tell the same story. */
function expectExplained(world: World, asked: CorpusCase): void {
  const question = questionOf(world, asked)
  if ('invalidField' in question) return
  const decision = world.decide(asked.asker, question, asked.atMs)
  const explained = world.explain(asked.asker, question, asked.atMs)
  const matched = explained.flatMap(({ rules }) => rules).filter((rule) => rule.matched)
  const denies = matched.filter(({ rule }) => rule.effect === 'deny')
  const allows = matched.filter(({ rule }) => rule.effect === 'allow')
  switch (decision.reason) {
    case 'EXPLICIT_DENY':
      expect(denies.map(({ rule }) => rule.id)).toContain(decision.rule?.ruleId)
      break
    case 'RULE':
      expect(denies).toEqual([])
      expect(allows.map(({ rule }) => rule.id)).toContain(decision.rule?.ruleId)
      break
    case 'NO_MATCHING_RULE':
      expect(matched).toEqual([])
      break
    default:
      // Settled before any rule was looked at.
      expect(decision.rule).toBeUndefined()
  }
}
