import { describe, expect, it } from 'vitest'
import { encodeRevision } from '../../src/service/revision.js'
import { checkHistory } from '../chaos/check.js'
import type { Answer, Demand, History, Write } from '../chaos/history.js'
import { findLostWrites } from '../chaos/lost-writes.js'

const boundMs = 2_000
const denied = 'deny NO_MATCHING_RULE'

const revisionOf = (number: number) => ({
  epoch: '00000000000000aa',
  number,
  nonce: number.toString(16).padStart(16, '0'),
})

/** A write to replica 0 that took 10 ms, unless said otherwise. */
function aWrite(number: number, atMs: number, effect: string, parts: Partial<Write> = {}): Write {
  return {
    phase: 0,
    replica: 0,
    sentMs: atMs - 10,
    change: { subject: 'ada', effect },
    acknowledged: { atMs, revision: revisionOf(number) },
    ...parts,
  }
}

/** An answer of replica 1 that took 5 ms, unless said otherwise. */
function anAnswer(number: number, sentMs: number, parts: Partial<Answer> = {}): Answer {
  return {
    phase: 0,
    replica: 1,
    client: 'client',
    subject: 'ada',
    demand: { kind: 'minimize-latency' },
    sentMs,
    receivedMs: sentMs + 5,
    answer: 'allow RULE',
    revision: revisionOf(number),
    ageMs: 1_900,
    tier: 'memory',
    ...parts,
  }
}

/** Allowed with revision 1 at 100 ms, and no more with revision 2 at 1,000 ms. */
const revoked = [aWrite(1, 100, 'allow RULE'), aWrite(2, 1_000, denied)]
const unknown = (write: Write): Write => {
  const { acknowledged: _, ...rest } = write
  return rest
}
const atLeast = (number: number): Demand => ({
  kind: 'at-least-as-fresh',
  token: encodeRevision(revisionOf(number)),
})

function wrongs(writes: readonly Write[], ...answers: readonly Answer[]): string[] {
  const history: History = { writes: [...writes], answers: [...answers], refusals: [] }
  return checkHistory(history, boundMs).violations.map(({ kind }) => kind)
}

describe('a history is found right', () => {
  it.each([
    ['an allow before the revocation', revoked, anAnswer(1, 500)],
    ['an allow from before it, within the bound', revoked, anAnswer(1, 2_800)],
    ['a deny as soon as it may be seen', revoked, anAnswer(2, 992, { answer: denied })],
    ['a deny after it', revoked, anAnswer(2, 1_500, { answer: denied })],
    ['no key, from before the key', revoked, anAnswer(0, 150, { answer: 'deny KEY_NOT_FOUND' })],
    ['either, while nobody knows', revoked.map(unknown), anAnswer(9, 9_000, { answer: denied })],
  ])('%s', (_, writes, answer) => {
    expect(wrongs(writes, answer)).toEqual([])
  })

  it('tells the longest time that an answer was behind', () => {
    const answers = [anAnswer(1, 1_300), anAnswer(1, 2_700), anAnswer(2, 2_900, { answer: denied })]
    const verdict = checkHistory({ writes: revoked, answers, refusals: [] }, boundMs)
    expect(verdict.worstStalenessMs.get(0)).toBe(1_700)
  })
})

describe('a history is found wrong', () => {
  it.each([
    ['an allow that its own revision denies', anAnswer(2, 1_500), ['wrong-allow']],
    [
      'a deny of what is granted',
      anAnswer(1, 500, { answer: denied }),
      // What was not even sent yet cannot have been seen.
      ['wrong-deny', 'stale'],
    ],
    [
      'a deny for another reason',
      anAnswer(2, 1_500, { answer: 'deny KEY_NOT_FOUND' }),
      ['wrong-deny'],
    ],
    ['an allow beyond the bound', anAnswer(1, 3_050, { ageMs: 2_100 }), ['stale']],
    [
      'an allow beyond the bound that lies about its revision',
      anAnswer(2, 3_050),
      ['wrong-allow', 'stale'],
    ],
    ['an answer below its token', anAnswer(1, 1_500, { demand: atLeast(2) }), ['token']],
    [
      'a fully consistent answer from the past',
      anAnswer(1, 1_500, { demand: { kind: 'fully-consistent' } }),
      ['fully-consistent', 'fully-consistent'],
    ],
    ['a replica that forgot its own write', anAnswer(1, 1_500, { replica: 0 }), ['own-write']],
    ['a receipt that promises too much', anAnswer(1, 1_500, { ageMs: 100 }), ['receipt']],
  ])('%s', (_, answer, kinds) => {
    expect(wrongs(revoked, answer)).toEqual(kinds)
  })

  it('a client that goes back in time', () => {
    const first = anAnswer(2, 1_200, { answer: denied, demand: atLeast(1) })
    const second = anAnswer(1, 1_300, { demand: atLeast(2) })
    expect(wrongs(revoked, first, second)).toEqual(['token', 'monotonic'])
  })

  it('an allow after one of two revocations, the other of which nobody knows of', () => {
    const writes = [...revoked, aWrite(3, 1_500, 'deny KEY_NOT_FOUND')]
    const last = writes.pop()
    expect(wrongs([...writes, ...(last ? [unknown(last)] : [])], anAnswer(5, 4_000))).toEqual([
      'wrong-allow',
      'stale',
    ])
  })
})

describe('a write is lost', () => {
  const log = [1, 2].map((number) => ({ rev: number, nonce: revisionOf(number).nonce }))

  it('unless the log holds what was acknowledged', () => {
    expect(findLostWrites(revoked, log)).toEqual([])
  })

  it('when the log does not hold it', () => {
    expect(findLostWrites(revoked, log.slice(0, 1))).toEqual(['revision 2 is not in the log'])
  })

  it('when the log holds another under its number', () => {
    const other = [...log.slice(0, 1), { rev: 2, nonce: 'f'.repeat(16) }]
    expect(findLostWrites(revoked, other)).toEqual(["revision 2 is another write's"])
  })

  it('but not when it was never acknowledged', () => {
    expect(findLostWrites(revoked.map(unknown), [])).toEqual([])
  })
})
