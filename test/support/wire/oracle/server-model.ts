import type { ClientModel } from './client-model.js'
import type { ModelStream } from './model-stream.js'
import {
  ackFlag,
  describe,
  endStreamFlag,
  frameBytesMax,
  hasFlag,
  idAt,
  type RawFrame,
  Type,
  wordAt,
} from './octets.js'
import { ResponseBlocks } from './response-blocks.js'
import { initialWindowBytes, windowBytesMax } from './settings.js'
import { codeSet, codes } from './verdict.js'

/** Of the server's own accord, for the whole connection or for a stream. */
export interface Licence {
  /** It may ask whether the client is alive. */
  readonly mayPing: boolean
  readonly mayDrain: boolean
}

/**
 * RFC 9113, of the frames that the server writes: what each may be after those before it and after
 * what the client has sent. It learns from them what the client's side then knows.
 */
export class ServerModel {
  readonly #client: ClientModel
  readonly #blocks: ResponseBlocks
  #isGreeted = false
  /** Acknowledged so far: what the answers may count on. */
  #windowBytes = initialWindowBytes
  #goawayId = windowBytesMax
  #hasEnded = false

  constructor(client: ClientModel) {
    this.#client = client
    this.#blocks = new ResponseBlocks(client)
  }

  get isInBlock(): boolean {
    return this.#blocks.isOpen
  }

  /** What is wrong with the frame; `undefined` when nothing is. */
  frame(frame: RawFrame, licence: Licence): string | undefined {
    const problem = this.#problem(frame, licence)
    return problem && `${problem}: ${describe(frame)}`
  }

  #problem(frame: RawFrame, licence: Licence): string | undefined {
    if (frame.isTooLarge || frame.payload.length > frameBytesMax) return 'a frame is too large'
    if (this.#hasEnded) return 'a frame after the last'
    if (this.#blocks.isOpen && frame.type !== Type.continuation) return 'a frame inside a block'
    if (!this.#isGreeted) return this.#greeting(frame)
    switch (frame.type) {
      case Type.data:
        return this.#onStream(frame, (stream) => this.#data(frame, stream))
      case Type.headers:
        return this.#onStream(frame, (stream) => this.#headers(frame, stream))
      case Type.continuation:
        return this.#onStream(frame, (stream) => this.#blocks.continue(frame, stream))
      case Type.rstStream:
        return this.#rstStream(frame)
      case Type.settings:
        return this.#settings(frame)
      case Type.ping:
        return this.#ping(frame, licence)
      case Type.goaway:
        return this.#goaway(frame, licence)
      case Type.windowUpdate:
        return this.#windowUpdate(frame)
      default:
        return 'a frame that no server sends'
    }
  }

  #greeting(frame: RawFrame): string | undefined {
    this.#isGreeted = true
    const isGreeting = frame.type === Type.settings && !hasFlag(frame, ackFlag)
    return isGreeting && frame.payload.length % 6 === 0 ? undefined : 'the first is not SETTINGS'
  }

  /** Section 5.1: frames of an answer are for streams that are neither idle nor closed. */
  #onStream(
    frame: RawFrame,
    judge: (stream: ModelStream) => string | undefined,
  ): string | undefined {
    const stream = this.#client.streams.get(frame.streamId)
    if (!stream) return 'a stream that was never begun'
    if (stream.hasServerReset) return 'a frame after the reset of its stream'
    if (stream.hasServerEnded) return 'a frame after the end of its stream'
    if (stream.wasClientReset) return 'a frame on a stream that the client has reset'
    return judge(stream)
  }

  #headers(frame: RawFrame, stream: ModelStream): string | undefined {
    if (hasFlag(frame, endStreamFlag)) stream.hasServerEnded = true
    return this.#blocks.begin(frame, stream)
  }

  /** Sections 6.1, 6.5.3 and 6.9: settings count from when they are acknowledged. */
  #data(frame: RawFrame, stream: ModelStream): string | undefined {
    const { length } = frame.payload
    if (!stream.isAnswered) return 'data before the headers'
    if (hasFlag(frame, endStreamFlag)) stream.hasServerEnded = true
    stream.granted -= length
    this.#client.granted -= length
    if (length === 0) return undefined
    if (stream.granted + this.#windowBytes < 0) return "more than the stream's window"
    return this.#client.granted < 0 ? "more than the connection's window" : undefined
  }

  #rstStream(frame: RawFrame): string | undefined {
    if (frame.payload.length !== 4) return 'a reset of a wrong size'
    const { streams, lastId } = this.#client
    const { streamId } = frame
    if (streamId === 0 || streamId % 2 === 0 || streamId > lastId)
      return 'a reset of an idle stream'
    const stream = streams.get(streamId)
    if (stream) stream.hasServerReset = true
    else this.#client.skippedAndReset.add(streamId)
    return undefined
  }

  #settings(frame: RawFrame): string | undefined {
    if (frame.streamId !== 0) return 'settings on a stream'
    if (!hasFlag(frame, ackFlag)) return 'settings a second time'
    if (frame.payload.length > 0) return 'an acknowledgement with a payload'
    const settings = this.#client.pendingSettings.shift()
    if (!settings) return 'an acknowledgement of no settings'
    this.#windowBytes = settings.windowBytes
    this.#blocks.apply(settings)
    return undefined
  }

  #ping(frame: RawFrame, { mayPing }: Licence): string | undefined {
    if (frame.streamId !== 0 || frame.payload.length !== 8) return 'a ping of a wrong form'
    if (!hasFlag(frame, ackFlag)) return mayPing ? undefined : 'a ping for no reason'
    const asked = this.#client.pendingPings.shift()
    return asked?.equals(frame.payload) ? undefined : 'an answer to another ping'
  }

  /** Section 6.8. */
  #goaway(frame: RawFrame, { mayDrain }: Licence): string | undefined {
    if (frame.streamId !== 0 || frame.payload.length < 8) return 'a goaway of a wrong form'
    const lastId = idAt(frame.payload)
    const code = wordAt(frame.payload, 4)
    if (lastId > this.#goawayId) return 'a goaway that takes streams back in'
    this.#goawayId = lastId
    if (codeSet(code) === codes('NO_ERROR') && !mayDrain) return 'a farewell for no reason'
    if (lastId < windowBytesMax) {
      const { streams, lastId: begunId } = this.#client
      if (lastId > begunId || (lastId !== 0 && lastId % 2 === 0)) return 'a goaway of no stream'
      const isAnswered = [...streams.values()].some(({ id, isAnswered: is }) => is && id > lastId)
      if (isAnswered) return 'a goaway that forgets streams that were answered'
      this.#client.servedIdMax = lastId
    }
    // What is no farewell is the last frame.
    this.#hasEnded = codeSet(code) !== codes('NO_ERROR')
    return undefined
  }

  /** Section 6.9. A server that gives more than it takes in would hold any amount. */
  #windowUpdate(frame: RawFrame): string | undefined {
    if (frame.payload.length !== 4) return 'a window update of a wrong size'
    const bytes = idAt(frame.payload)
    if (bytes === 0) return 'a window update of nothing'
    const { limits } = this.#client
    if (frame.streamId === 0) {
      this.#client.receiveWindow += bytes
      const most = Math.max(limits.connectionWindowBytes, initialWindowBytes)
      return this.#client.receiveWindow > most ? 'more window than was taken' : undefined
    }
    return this.#onStream(frame, (stream) => {
      stream.receiveWindow += bytes
      const isMore = stream.receiveWindow > limits.streamWindowBytes
      return isMore ? 'more window than was taken' : undefined
    })
  }
}
