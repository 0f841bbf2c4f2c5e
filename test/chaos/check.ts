import { describeChange, permittedAt, permittedBy, writesBySubject } from './expectations.js'
import { type Answer, type History, numberOf } from './history.js'
import { Timeline } from './timeline.js'

export type ViolationKind =
  /** An allow, or a deny, that the state it claims to come from does not justify. */
  | 'wrong-allow'
  | 'wrong-deny'
  /** A state that was left longer ago than the bound when the question was asked. */
  | 'stale'
  /** Older than the revision that was passed in. */
  | 'token'
  /** Older than what was acknowledged before a fully consistent question. */
  | 'fully-consistent'
  /** Older than what the same replica acknowledged before the question. */
  | 'own-write'
  /** A client that passes its last revision back went back in time. */
  | 'monotonic'
  /** The receipt promises a fresher answer than was given. */
  | 'receipt'

export interface Violation {
  readonly kind: ViolationKind
  readonly phase: number
  readonly text: string
}

export interface Verdict {
  readonly violations: readonly Violation[]
  /** By phase: the longest time between an acknowledgement and a question answered from before. */
  readonly worstStalenessMs: ReadonlyMap<number, number>
}

/** A receipt is in whole milliseconds. */
const roundingMs = 2

/** Judges every answer of a run; pure. */
export function checkHistory(history: History, boundMs: number): Verdict {
  const timeline = new Timeline(history.writes)
  const subjects = writesBySubject(history.writes)
  const violations: Violation[] = []
  const worstStalenessMs = new Map<number, number>()
  for (const answer of history.answers) {
    const stalenessMs = Math.max(0, answer.sentMs - timeline.leftAtMs(answer.revision.number))
    const worst = worstStalenessMs.get(answer.phase) ?? 0
    worstStalenessMs.set(answer.phase, Math.max(worst, stalenessMs))
    const writes = subjects.get(answer.subject) ?? []
    const found = [
      ...wrongAnswer(answer, permittedAt(writes, answer.revision.number)),
      ...staleAnswer(answer, { writes, stalenessMs, boundMs }),
      ...tooOld(answer, timeline),
    ]
    for (const kind of found) violations.push(toViolation(kind, answer, writes))
  }
  for (const answer of backwards(history.answers)) {
    violations.push(toViolation('monotonic', answer, subjects.get(answer.subject) ?? []))
  }
  return { violations, worstStalenessMs }
}

type Writes = Parameters<typeof permittedAt>[0]

function wrongAnswer({ answer }: Answer, permitted: ReadonlySet<string>): ViolationKind[] {
  if (permitted.has(answer)) return []
  return [answer.startsWith('allow') ? 'wrong-allow' : 'wrong-deny']
}

interface StalenessFacts {
  readonly writes: Writes
  readonly stalenessMs: number
  readonly boundMs: number
}

/** Once by the revision that it names, and once by what it says, lest the revision be a lie. */
function staleAnswer(answer: Answer, facts: StalenessFacts): ViolationKind[] {
  const { sentMs, receivedMs, demand } = answer
  const says = (visibleMs: number) => permittedBy(facts.writes, { visibleMs, receivedMs })
  const isStale =
    facts.stalenessMs > facts.boundMs || !says(sentMs - facts.boundMs).has(answer.answer)
  if (isStale) return ['stale']
  const isPresent = demand.kind !== 'fully-consistent' || says(sentMs).has(answer.answer)
  return isPresent ? [] : ['fully-consistent']
}

/** What the answer's revision must not be below, and why. */
function tooOld(answer: Answer, timeline: Timeline): ViolationKind[] {
  const { demand, revision, sentMs, ageMs, replica } = answer
  const floors: [ViolationKind, number][] = [
    ['own-write', timeline.acknowledgedBy(replica, sentMs)],
    ['receipt', timeline.acknowledged(sentMs - ageMs - roundingMs)],
  ]
  if (demand.kind === 'at-least-as-fresh') floors.push(['token', numberOf(demand.token)])
  if (demand.kind === 'fully-consistent') {
    floors.push(['fully-consistent', timeline.acknowledged(sentMs)])
  }
  return floors.filter(([, floor]) => revision.number < floor).map(([kind]) => kind)
}

/** Answers older than one that the same client had before, where it passed that one back. */
function backwards(answers: readonly Answer[]): Answer[] {
  const last = new Map<string, Answer>()
  return answers.filter((answer) => {
    const before = last.get(answer.client)
    if (answer.demand.kind !== 'minimize-latency') last.set(answer.client, answer)
    if (before === undefined || answer.demand.kind !== 'at-least-as-fresh') return false
    const isChained = numberOf(answer.demand.token) === before.revision.number
    return isChained && answer.revision.number < before.revision.number
  })
}

function toViolation(kind: ViolationKind, answer: Answer, writes: Writes): Violation {
  const { subject, client, replica, demand, revision, ageMs } = answer
  const when = `asked at ${answer.sentMs.toFixed(1)} ms, answered at ${answer.receivedMs.toFixed(1)} ms`
  const text = [
    `${kind}: ${client} heard \`${answer.answer}\` about ${subject} from replica ${replica}`,
    `(${demand.kind}, ${when}, revision ${revision.number}, age ${ageMs} ms, from ${answer.tier})`,
    ...writes.slice(-6).map(describeChange),
  ]
  return { kind, phase: answer.phase, text: text.join('\n  ') }
}
