import type { Decision } from '../../domain/decision.js'
import type { BatchAnswer } from '../../service/authorize.js'
import type { Decided } from '../../service/entities.js'
import type { Revision } from '../../service/revision.js'
import { toBatchAnswer } from '../answer.js'
import { BatchAnswer as WireBatchAnswer } from '../gen/postern/v1/authorization.js'
import { lengthDelimited } from './fields.js'
import { freshnessBytesMax, writeFreshness } from './freshness-writer.js'
import { RevisionText } from './revision-text.js'

const answerTag = 0x0a
const revisionTag = 0x12
const freshnessTag = 0x1a

/** Writes AuthorizeBatchResponse, each different answer encoded once for each revision. */
export class BatchWriter {
  readonly #texts = new RevisionText()
  #revision: Revision | undefined
  #revisionField: Uint8Array = new Uint8Array()
  #answers = new WeakMap<Decision, Uint8Array>()

  write(batch: Decided<readonly BatchAnswer[]>): Uint8Array {
    const fields = batch.value.map((answer) => this.field(answer, batch.revision))
    return this.writeFields(fields, batch)
  }

  /** One answer of a batch; `writeFields` makes one message of all. */
  field(answer: BatchAnswer, revision: Revision): Uint8Array {
    this.#turnTo(revision)
    return this.#fieldOf(answer)
  }

  writeFields(
    fields: readonly Uint8Array[],
    { revision, freshness }: Omit<Decided<unknown>, 'value'>,
  ): Uint8Array {
    this.#turnTo(revision)
    let bytes = this.#revisionField.length + freshnessBytesMax
    for (const field of fields) bytes += field.length
    const message = Buffer.allocUnsafe(bytes)
    let at = 0
    for (const field of fields) {
      message.set(field, at)
      at += field.length
    }
    message.set(this.#revisionField, at)
    at += this.#revisionField.length
    return message.subarray(0, writeFreshness(message, at, { tag: freshnessTag, freshness }))
  }

  #turnTo(revision: Revision): void {
    if (revision === this.#revision) return
    this.#revision = revision
    this.#revisionField = lengthDelimited(revisionTag, Buffer.from(this.#texts.of(revision)))
    this.#answers = new WeakMap()
  }

  #fieldOf(answer: BatchAnswer): Uint8Array {
    if ('error' in answer) return this.#encode(answer)
    const known = this.#answers.get(answer.decision)
    if (known) return known
    const field = this.#encode(answer)
    this.#answers.set(answer.decision, field)
    return field
  }

  #encode(answer: BatchAnswer): Uint8Array {
    const text = this.#revision ? this.#texts.of(this.#revision) : ''
    const encoded = WireBatchAnswer.encode(toBatchAnswer(answer, text)).finish()
    return lengthDelimited(answerTag, encoded)
  }
}
