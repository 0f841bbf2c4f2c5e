import type { Decision } from '../../domain/decision.js'
import type { Answer } from '../../service/authorize.js'
import type { Freshness } from '../../service/entities.js'
import { encodeRevision, type Revision } from '../../service/revision.js'
import { toAnswer } from '../answer.js'
import { tiers } from '../consistency.js'
import { AuthorizeResponse } from '../gen/postern/v1/authorization.js'

const revisionTag = 0x5a
const freshnessTag = 0x62
/** The most that a freshness takes: a tier, and two durations of ten-byte numbers at worst. */
const freshnessBytesMax = 64

/**
 * Writes AuthorizeResponse. Decisions and revisions are few and each is one object, so their part of
 * an answer is encoded once; what is new in every answer is how old it is.
 */
export class AnswerWriter {
  readonly #decisions = new WeakMap<Decision, Uint8Array>()
  #revision: Revision | undefined
  #revisionField: Uint8Array = new Uint8Array(0)

  write({ decision, revision, freshness }: Answer): Buffer {
    const head = this.#headOf(decision)
    const field = revision ? this.#fieldOf(revision) : noBytes
    const room = freshness ? freshnessBytesMax : 0
    const message = Buffer.allocUnsafe(head.length + field.length + room)
    message.set(head, 0)
    message.set(field, head.length)
    const at = head.length + field.length
    return freshness ? message.subarray(0, writeFreshness(message, at, freshness)) : message
  }

  /** Everything but the revision and the freshness, which have the highest numbers. */
  #headOf(decision: Decision): Uint8Array {
    const known = this.#decisions.get(decision)
    if (known) return known
    const head = AuthorizeResponse.encode(toAnswer(decision, '')).finish()
    this.#decisions.set(decision, head)
    return head
  }

  #fieldOf(revision: Revision): Uint8Array {
    if (revision === this.#revision) return this.#revisionField
    const text = Buffer.from(encodeRevision(revision), 'latin1')
    this.#revisionField = Buffer.concat([Buffer.from([revisionTag, text.length]), text])
    this.#revision = revision
    return this.#revisionField
  }
}

const noBytes = new Uint8Array(0)

/** Answers where it ends. */
function writeFreshness(to: Buffer, start: number, freshness: Freshness): number {
  to[start] = freshnessTag
  // Its length is known once it is written; it is less than 128.
  let at = start + 2
  to[at++] = 0x08
  to[at++] = tiers[freshness.tier]
  at = writeDuration(to, at, 0x12, freshness.ageMs)
  at = writeDuration(to, at, 0x1a, freshness.validForMs)
  to[start + 1] = at - start - 2
  return at
}

function writeDuration(to: Buffer, start: number, tag: number, ms: number): number {
  const seconds = Math.floor(ms / 1_000)
  const nanos = Math.floor((ms % 1_000) * 1_000_000)
  to[start] = tag
  let at = start + 2
  if (seconds > 0) {
    to[at++] = 0x08
    at = writeVarint(to, at, seconds)
  }
  if (nanos > 0) {
    to[at++] = 0x10
    at = writeVarint(to, at, nanos)
  }
  to[start + 1] = at - start - 2
  return at
}

/** Of a number below 2^53. */
function writeVarint(to: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 0x80) {
    to[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  to[at++] = rest
  return at
}
