import { decodeRevision, type Revision } from '../../src/service/revision.js'

/** All that happened in a run, by the one clock of the process that saw it, in milliseconds. */
export interface History {
  readonly writes: Write[]
  readonly answers: Answer[]
  readonly refusals: Refusal[]
}

/** One administrative act, recorded when it is sent and completed when it is acknowledged. */
export interface Write {
  readonly phase: number
  readonly replica: number
  readonly sentMs: number
  /** What it makes of the one subject that it is about; absent: it prepares something. */
  readonly change?: Change
  /** Absent: nobody knows whether it took effect. */
  acknowledged?: { readonly atMs: number; readonly revision: Revision }
}

export interface Change {
  readonly subject: string
  /** The only right answer from then on: `allow RULE`, `deny KEY_NOT_FOUND`, … */
  readonly effect: string
}

/** What a question demands of its answer. */
export type Demand =
  | { readonly kind: 'minimize-latency' }
  | { readonly kind: 'at-least-as-fresh'; readonly token: string }
  | { readonly kind: 'fully-consistent' }

export interface Answer {
  readonly phase: number
  readonly replica: number
  readonly client: string
  readonly subject: string
  readonly demand: Demand
  readonly sentMs: number
  readonly receivedMs: number
  readonly answer: string
  readonly revision: Revision
  /** As its receipt says. */
  readonly ageMs: number
  readonly tier: Tier
}

export type Tier = 'memory' | 'shared' | 'store'

/** Neither an answer nor an acknowledgement. */
export interface Refusal {
  readonly phase: number
  /** When it came: the next fault may have struck what was sent under the one before. */
  readonly phaseAtEnd: number
  readonly replica: number
  readonly call: 'question' | 'write'
  readonly reason: string
  readonly message: string
}

export function emptyHistory(): History {
  return { writes: [], answers: [], refusals: [] }
}

/** The number that a token of a trusted server names. */
export function numberOf(token: string): number {
  return decodeRevision(token).number
}
