import type { ClientModel } from './client-model.js'
import { judgeTrailers } from './fields.js'
import { type Field, HpackReader } from './hpack.js'
import type { ModelStream } from './model-stream.js'
import { endHeadersFlag, endStreamFlag, hasFlag, type RawFrame } from './octets.js'
import type { ClientSettings } from './settings.js'

/** RFC 9113 sections 8.1 and 8.3.2: the header blocks of answers, one table for all of them. */
export class ResponseBlocks {
  readonly #client: ClientModel
  readonly #hpack = new HpackReader()
  #parts: Buffer[] = []
  #streamId = 0
  #isLast = false
  /** RFC 7541 section 4.2: the next block must make the table this small before anything else. */
  #owedBytes: number | undefined

  constructor(client: ClientModel) {
    this.#client = client
  }

  get isOpen(): boolean {
    return this.#streamId !== 0
  }

  begin(frame: RawFrame, stream: ModelStream): string | undefined {
    this.#parts = []
    this.#streamId = frame.streamId
    this.#isLast = hasFlag(frame, endStreamFlag)
    return this.#goOn(frame, stream)
  }

  continue(frame: RawFrame, stream: ModelStream): string | undefined {
    if (frame.streamId !== this.#streamId) return 'a continuation of nothing'
    return this.#goOn(frame, stream)
  }

  /** The client has been told that these hold. */
  apply({ tableBytes, tableBytesLeast }: ClientSettings): void {
    const owed = Math.min(tableBytesLeast, this.#owedBytes ?? Number.POSITIVE_INFINITY)
    if (owed < this.#hpack.tableBytes) this.#owedBytes = owed
    this.#hpack.tableBytesMax = tableBytes
  }

  #goOn(frame: RawFrame, stream: ModelStream): string | undefined {
    this.#parts.push(frame.payload)
    if (!hasFlag(frame, endHeadersFlag)) return undefined
    this.#streamId = 0
    const owedBytes = this.#owedBytes
    this.#owedBytes = undefined
    const { pendingSettings } = this.#client
    const acknowledged = this.#hpack.tableBytesMax
    this.#hpack.tableBytesMax = Math.max(
      acknowledged,
      ...pendingSettings.map(({ tableBytes }) => tableBytes),
    )
    const block = this.#hpack.read(Buffer.concat(this.#parts))
    this.#hpack.tableBytesMax = acknowledged
    if (!block) return 'a block that cannot be decoded'
    if (owedBytes !== undefined && !((block.firstResize ?? Infinity) <= owedBytes)) {
      return 'a table larger than the client has room for'
    }
    return stream.isAnswered ? this.#trailers(block.fields) : this.#headers(block.fields, stream)
  }

  #headers(fields: readonly Field[], stream: ModelStream): string | undefined {
    stream.isAnswered = true
    const [status, ...rest] = fields
    if (status?.[0] !== ':status' || !/^[2-5]\d\d$/.test(status[1])) return 'no status'
    return judgeTrailers(rest).mustAct ? 'a malformed answer' : undefined
  }

  #trailers(fields: readonly Field[]): string | undefined {
    if (!this.#isLast) return 'trailers that are not the end'
    return judgeTrailers(fields).mustAct ? 'malformed trailers' : undefined
  }
}
