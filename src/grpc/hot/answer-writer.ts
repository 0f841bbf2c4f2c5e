import type { Decision } from '../../domain/decision.js'
import type { Answer } from '../../service/authorize.js'
import type { Revision } from '../../service/revision.js'
import { toAnswer } from '../answer.js'
import { AuthorizeResponse } from '../gen/postern/v1/authorization.js'
import { freshnessBytesMax, writeFreshness } from './freshness-writer.js'
import { RevisionText } from './revision-text.js'
import { Scratch } from './scratch.js'

const freshnessTag = 0x62

/**
 * Writes AuthorizeResponse. Decisions are few and each is one object, so everything of an answer but
 * its freshness, which has the highest number, is encoded once for each revision.
 */
export class AnswerWriter {
  readonly #scratch = new Scratch()
  readonly #texts = new RevisionText()
  #revision: Revision | undefined
  #heads = new WeakMap<Decision, Uint8Array>()
  /** What the scratch begins with still: many an answer begins like the one before. */
  #head: Uint8Array | undefined
  #octets: Uint8Array | undefined

  /** What it answers is good until it writes the next one: who keeps it longer copies it. */
  write({ decision, revision, freshness }: Answer): Uint8Array {
    const head = this.headOf(decision, revision)
    if (!freshness) return head
    const octets = this.#scratch.atLeast(head.length + freshnessBytesMax)
    if (head !== this.#head || octets !== this.#octets) {
      octets.set(head, 0)
      this.#head = head
      this.#octets = octets
    }
    const end = writeFreshness(octets, head.length, { tag: freshnessTag, freshness })
    return this.#scratch.first(end)
  }

  /** The answer without its freshness. */
  headOf(decision: Decision, revision: Revision | undefined): Uint8Array {
    if (revision !== this.#revision) {
      this.#heads = new WeakMap()
      this.#revision = revision
    }
    const known = this.#heads.get(decision)
    if (known) return known
    const text = revision ? this.#texts.of(revision) : ''
    const head = AuthorizeResponse.encode(toAnswer(decision, text)).finish()
    this.#heads.set(decision, head)
    return head
  }
}
