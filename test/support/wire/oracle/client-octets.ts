import { endHeadersFlag, FrameSplitter, hasFlag, type RawFrame, Type } from './octets.js'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** RFC 9113 section 3.4: the octets of a client, the preface first and then frames. */
export class ClientOctets {
  /** The preface is another: what follows means nothing. */
  isBad = false
  readonly #splitter = new FrameSplitter()
  #prefaceBytes = 0
  #isBlockOpen = false

  /** Part of a frame has come. */
  get isWaiting(): boolean {
    return this.#splitter.isWaiting
  }

  /** No frame and no header block has begun and not ended. */
  get isBetweenFrames(): boolean {
    return this.#prefaceBytes === preface.length && !this.#isBlockOpen && !this.isWaiting
  }

  split(octets: Buffer): RawFrame[] {
    const bytes = Math.min(octets.length, preface.length - this.#prefaceBytes)
    const expected = preface.subarray(this.#prefaceBytes, this.#prefaceBytes + bytes)
    this.isBad ||= !octets.subarray(0, bytes).equals(expected)
    this.#prefaceBytes += bytes
    if (this.isBad) return []
    const frames = this.#splitter.split(octets.subarray(bytes))
    for (const frame of frames) {
      const isOfBlock = frame.type === Type.headers || frame.type === Type.continuation
      if (isOfBlock) this.#isBlockOpen = !hasFlag(frame, endHeadersFlag)
    }
    return frames
  }
}
