import type { Fields } from '../fields.js'
import { encodeFields, encodeTaught, encodeTeaching } from '../hpack/encoder.js'
import { staticIndexOfField } from '../hpack/static-table.js'
import { putUint24, putUint32 } from '../octets.js'
import { Flag, FrameType, frameHeaderBytes } from './frame.js'
import type { Outbox } from './outbox.js'

/** What announces a message in a DATA frame: a flag and a length, as gRPC frames them. */
export const messagePrefixBytes = 5

export function putMessage(octets: Uint8Array, at: number, message: Uint8Array): void {
  octets[at] = 0
  putUint32(octets, at + 1, message.length)
  if (message.length > 0) octets.set(message, at + messagePrefixBytes)
}

/**
 * A header block, one message and a block of trailers, as most calls are answered. The frames are
 * made once; for an answer they are copied, and the identifiers and the length written into them.
 */
export class WholeAnswer {
  /** For peers without a table. */
  readonly plain: AnswerFrames
  /** The first on a connection puts its fields in the peer's table, and from then on names them. */
  readonly teaching: AnswerFrames
  readonly taught: AnswerFrames

  constructor(headers: Fields, trailers: Fields) {
    const news = [...notStatic(headers), ...notStatic(trailers)]
    this.plain = new AnswerFrames(encodeFields(headers), encodeFields(trailers))
    this.teaching = new AnswerFrames(encodeTeaching(headers), encodeTeaching(trailers))
    this.taught = new AnswerFrames(encodeTaught(headers, news), encodeTaught(trailers, news))
  }
}

/** One form of an answer, but for its message. */
export class AnswerFrames {
  readonly #opening: Buffer
  readonly #closing: Buffer

  constructor(headers: Uint8Array, trailers: Uint8Array) {
    const opening = headersFrame(headers, Flag.endHeaders)
    // A DATA frame has the type 0 and here no flags: its header is zeros, but for what is put in.
    this.#opening = Buffer.concat([opening, Buffer.alloc(frameHeaderBytes)])
    this.#closing = headersFrame(trailers, Flag.endHeaders | Flag.endStream)
  }

  put(outbox: Outbox, streamId: number, message: Uint8Array): void {
    const opening = this.#opening
    const closing = this.#closing
    const dataBytes = messagePrefixBytes + message.length
    let at = outbox.reserve(opening.length + dataBytes + closing.length)
    const { octets } = outbox
    octets.set(opening, at)
    putUint32(octets, at + 5, streamId)
    at += opening.length
    putUint24(octets, at - frameHeaderBytes, dataBytes)
    putUint32(octets, at - 4, streamId)
    putMessage(octets, at, message)
    at += dataBytes
    octets.set(closing, at)
    putUint32(octets, at + 5, streamId)
  }
}

function headersFrame(block: Uint8Array, flags: number): Buffer {
  const header = Buffer.alloc(frameHeaderBytes)
  putUint24(header, 0, block.length)
  header[3] = FrameType.headers
  header[4] = flags
  return Buffer.concat([header, block])
}

function notStatic(fields: Fields): string[] {
  const rest: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    const value = fields[at + 1] ?? ''
    if (staticIndexOfField(name, value) === 0) rest.push(name, value)
  }
  return rest
}
