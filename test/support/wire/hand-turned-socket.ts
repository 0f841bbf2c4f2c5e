import { Duplex } from 'node:stream'
import { emptyFrame } from '../../../src/wire/http2/frame.js'
import { FrameReader } from '../../../src/wire/http2/frame-reader.js'

/**
 * A socket as the server sees it, of which the test decides when what was written has left. As with
 * a real one, one write is under way and what follows it waits.
 */
export class HandTurnedSocket extends Duplex {
  readonly remoteAddress = '192.0.2.1'
  readonly remotePort = 1
  /** What has left. */
  readonly sent: Buffer[] = []
  /** Under way, with the memory that it lies in. */
  underWay: readonly Buffer[] = []
  /** Whether the peer reads; while it does, every write is complete at once. */
  isRead = true
  #complete: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 16_384 })
  }

  setNoDelay(): this {
    return this
  }

  /** The peer says something; the server has looked at it when the promise is fulfilled. */
  async say(...octets: readonly Uint8Array[]): Promise<void> {
    this.push(Buffer.concat(octets))
    await turns()
  }

  /** The write that is under way leaves, and the next is under way. */
  async leaveOne(): Promise<void> {
    const complete = this.#complete
    this.#complete = undefined
    complete?.()
    await turns()
  }

  /** The peer reads again. */
  async leaveAll(): Promise<void> {
    this.isRead = true
    await this.leaveOne()
  }

  /** How many frames of that type have left. */
  count(type: number): number {
    const reader = new FrameReader()
    const frame = emptyFrame()
    let count = 0
    const sent = Buffer.concat(this.sent)
    reader.feed(sent, sent.length)
    while (reader.next(frame)) if (frame.type === type) count += 1
    return count
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#take([chunk], done)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  #take(chunks: readonly Buffer[], done: () => void): void {
    this.underWay = chunks
    const complete = () => {
      this.underWay = []
      this.sent.push(...chunks.map((chunk) => Buffer.from(chunk)))
      done()
    }
    if (this.isRead) complete()
    else this.#complete = complete
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}
