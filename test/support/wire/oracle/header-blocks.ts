import type { ClientModel } from './client-model.js'
import { isTooLarge, judgeRequest, judgeTrailers, statedLength } from './fields.js'
import { type Field, HpackReader } from './hpack.js'
import { closedStates, ModelStream, State } from './model-stream.js'
import { endHeadersFlag, endStreamFlag, hasFlag, type RawFrame } from './octets.js'
import { carried, dependsOnItself } from './padding.js'
import { judgeStates } from './stream-frames.js'
import { both, codes, ends, fine, mayEnd, mayReset, resets, type Verdict } from './verdict.js'

export interface BlockLimits {
  readonly headerBlockBytesMax: number
  readonly continuationsMax: number
}

interface OpenBlock {
  readonly streamId: number
  readonly isLast: boolean
  readonly isOwnParent: boolean
  readonly parts: Buffer[]
}

/** RFC 9113 sections 4.3, 6.2, 6.10 and 8.1: header blocks, and the requests and trailers in them. */
export class HeaderBlocks {
  readonly #model: ClientModel
  readonly #hpack = new HpackReader()
  #open: OpenBlock | undefined

  constructor(model: ClientModel) {
    this.#model = model
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  begin(frame: RawFrame): Verdict {
    const { octets, verdict } = carried(frame)
    if (frame.streamId === 0) return both(verdict, ends('PROTOCOL_ERROR'))
    if (verdict.mustEnd) return verdict
    this.#open = {
      streamId: frame.streamId,
      isLast: hasFlag(frame, endStreamFlag),
      isOwnParent: dependsOnItself(frame),
      parts: [octets],
    }
    return this.#goOn(frame)
  }

  continue(frame: RawFrame): Verdict {
    const open = this.#open
    if (!open || open.streamId !== frame.streamId) return ends('PROTOCOL_ERROR')
    open.parts.push(frame.payload)
    return this.#goOn(frame)
  }

  #goOn(frame: RawFrame): Verdict {
    const open = this.#open
    if (!open) return fine
    const isWhole = hasFlag(frame, endHeadersFlag)
    const calm = this.#isEndless(open, isWhole) ? ends('ENHANCE_YOUR_CALM') : fine
    if (!isWhole) {
      // Section 5.1.1: a stream of an even number is wrong from its first frame.
      return open.streamId % 2 === 0 ? both(calm, mayEnd('PROTOCOL_ERROR')) : calm
    }
    this.#open = undefined
    return both(calm, this.#block(open))
  }

  /** A block of one frame is as large as a frame, whatever that is. */
  #isEndless({ parts }: OpenBlock, isWhole: boolean): boolean {
    if (isWhole && parts.length === 1) return false
    const { continuationsMax, headerBlockBytesMax } = this.#model.limits
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    return parts.length - 1 > continuationsMax || bytes > headerBlockBytesMax
  }

  #block(open: OpenBlock): Verdict {
    const even = open.streamId % 2 === 0 ? ends('PROTOCOL_ERROR') : fine
    const states = this.#model.statesOf(open.streamId)
    // Also when it cannot be read: something was done about it.
    if (states === 0 && !even.mustEnd) this.#model.lastId = open.streamId
    const block = this.#hpack.read(Buffer.concat(open.parts))
    if (!block) return both(even, ends('COMPRESSION_ERROR'))
    const doubt = block.isDoubtful ? mayEnd('COMPRESSION_ERROR') : fine
    if (block.isEndless) return both(both(even, doubt), ends('ENHANCE_YOUR_CALM'))
    if (even.mustEnd) return both(even, doubt)
    if (states === 0) return both(doubt, this.#request(open, block.fields))
    return both(
      doubt,
      judgeStates(states, (state) => this.#again(state, open, block.fields)),
    )
  }

  /** Headers on a stream that has begun. */
  #again(state: number, open: OpenBlock, fields: readonly Field[]): Verdict {
    switch (state) {
      case State.open:
        return this.#trailers(open, fields)
      case State.complete:
        return ends('STREAM_CLOSED')
      case State.resetByServer:
        return this.#model.idleFrame(false)
      case State.forgotten:
        // Section 5.1.1: a stream cannot begin after a later one.
        return ends('PROTOCOL_ERROR')
      default:
        return resets('STREAM_CLOSED')
    }
  }

  #trailers({ streamId, isLast, isOwnParent }: OpenBlock, fields: readonly Field[]): Verdict {
    const stream = this.#model.streams.get(streamId)
    if (!stream) return fine
    let verdict = judgeTrailers(fields)
    const isShort = stream.bodyLeft !== undefined && stream.bodyLeft !== 0
    if (!isLast || isOwnParent || isShort) verdict = both(verdict, resets('PROTOCOL_ERROR'))
    if (isTooLarge(fields, this.#model.limits)) {
      verdict = both(verdict, resets('ENHANCE_YOUR_CALM'))
    }
    if (isLast) stream.hasClientEnded = true
    return verdict
  }

  #request({ streamId, isLast, isOwnParent }: OpenBlock, fields: readonly Field[]): Verdict {
    const model = this.#model
    const stream = new ModelStream(streamId, {
      receiveWindow: model.limits.streamWindowBytes,
      nowMs: model.nowMs,
    })
    const refusal = this.#refusal()
    model.streams.set(streamId, stream)
    if (streamId > Math.min(model.servedIdMax, model.answers.servedIdMax)) {
      stream.hasServerReset = true
      return fine
    }
    model.open.add(stream)
    stream.path = new Map(fields).get(':path') ?? ''
    stream.timeoutMs = soonestMs(new Map(fields).get('grpc-timeout'))
    stream.bodyLeft = statedLength(fields)
    stream.hasClientEnded = isLast
    let verdict = judgeRequest(fields)
    const isWrongLength = Number.isNaN(stream.bodyLeft) || (isLast && (stream.bodyLeft ?? 0) !== 0)
    if (isWrongLength) verdict = both(verdict, resets('PROTOCOL_ERROR'))
    // Of a list that is too large not all is looked at; it is refused in words.
    if (verdict.mustAct && isTooLarge(fields, model.limits)) verdict = mayReset('PROTOCOL_ERROR')
    if (isOwnParent) verdict = both(verdict, resets('PROTOCOL_ERROR'))
    model.floods.useful(false)
    return both(refusal, verdict)
  }

  /** Section 5.1.2. */
  #refusal(): Verdict {
    const { open, answers, limits, stragglers } = this.#model
    let certain = 0
    for (const stream of open) if ((stream.states(answers) & closedStates) === 0) certain += 1
    if (certain >= limits.streamsMax) return resets('REFUSED_STREAM')
    const isPossible = open.size + stragglers >= limits.streamsMax
    return isPossible ? { ...fine, reset: codes('REFUSED_STREAM') } : fine
  }
}

/** A call without a deadline has one of the server's own, of a minute. */
function soonestMs(timeout: string | undefined): number {
  return timeout === undefined ? 60_000 : 0
}
