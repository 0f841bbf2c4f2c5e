import { ConnectionError, ErrorCode } from './error-code.js'

/** RFC 9113 section 3.4: how a client says that it means HTTP/2. */
const text = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export const clientPreface = Buffer.from(text, 'latin1')

/** Takes the preface off the front of a connection, in whatever pieces it comes. */
export class PrefaceReader {
  #matched = 0

  get isComplete(): boolean {
    return this.#matched === clientPreface.length
  }

  /** Answers what follows the preface; throws for the first octet that is another. */
  strip(chunk: Buffer): Buffer {
    const bytes = Math.min(chunk.length, clientPreface.length - this.#matched)
    const expected = clientPreface.subarray(this.#matched, this.#matched + bytes)
    if (!chunk.subarray(0, bytes).equals(expected)) {
      throw new ConnectionError(ErrorCode.protocolError, 'the preface is not that of HTTP/2')
    }
    this.#matched += bytes
    return chunk.subarray(bytes)
  }
}
