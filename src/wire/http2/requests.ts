import { type HeaderList, HpackDecoder } from '../hpack/decoder.js'
import { uint31At, uint32At } from '../octets.js'
import { Ending } from './closed-streams.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import type { FloodGuard } from './flood-guard.js'
import { Flag, type Frame } from './frame.js'
import { HeadCache } from './head-cache.js'
import type { HeaderBlock } from './header-block.js'
import type { ConnectionLimits } from './limits.js'
import { dependsOnItself, requireLength, requireStream, stripPadding } from './payload.js'
import { contentLength, requestProblem, trailersProblem } from './request-rules.js'
import type { Receiver, Stream } from './stream.js'
import type { Streams } from './streams.js'

/** Who answers requests. */
export interface Acceptor<Head> {
  /** What a header list means; asked once for lists that come again and again. */
  readHead(list: HeaderList): Head
  /** A request has begun. Its body and end go to the receiver. */
  accept(stream: Stream, head: Head): Receiver
}

export interface RequestsDeps<Head> {
  readonly limits: ConnectionLimits
  readonly acceptor: Acceptor<Head>
  readonly streams: Streams
  readonly guard: FloodGuard
}

interface RequestHead<Head> {
  readonly isMalformed: boolean
  readonly bodyBytes: number | undefined
  readonly head: Head
}

/** RFC 9113 section 8.1: requests out of the frames that name a stream. */
export class Requests<Head> {
  /** Streams above it are not answered any more: the peer was told to take them elsewhere. */
  streamIdMax = Number.POSITIVE_INFINITY
  readonly #deps: RequestsDeps<Head>
  readonly #decoder: HpackDecoder
  readonly #heads: HeadCache<RequestHead<Head>>

  constructor(deps: RequestsDeps<Head>) {
    this.#deps = deps
    const { headerListBytesMax, headerFieldsMax } = deps.limits
    this.#decoder = new HpackDecoder({
      listBytesMax: headerListBytesMax,
      fieldsMax: headerFieldsMax,
    })
    this.#heads = new HeadCache(this.#decoder, (list) => this.#readHead(list))
  }

  /** Section 6.1. */
  data(frame: Frame): void {
    requireStream(frame)
    const { streams, guard } = this.#deps
    const flowBytes = frame.end - frame.start
    stripPadding(frame)
    streams.receiveWindow.take(flowBytes)
    const stream = streams.table.find(frame.streamId)
    if (!stream || stream.isRemoteEnded) {
      this.#lateData(frame, flowBytes)
      return
    }
    const bytes = frame.end - frame.start
    const isLast = (frame.flags & Flag.endStream) !== 0
    if (bytes > 0) guard.usefulFrame()
    else if (!isLast) guard.idleFrame()
    stream.receiveWindow -= flowBytes
    stream.unconsumed += flowBytes
    if (stream.receiveWindow < 0) {
      this.#fail(stream, ErrorCode.flowControlError)
      return
    }
    if (!isAsLongAsStated(stream, bytes, isLast)) {
      this.#fail(stream, ErrorCode.protocolError)
      return
    }
    if (flowBytes > bytes) streams.credit(stream, flowBytes - bytes)
    // First, so that an answer given at once finds nothing left to wait for.
    if (isLast) streams.endRemote(stream)
    stream.receiver?.data(frame.octets, frame.start, frame.end, isLast)
  }

  /** Sections 6.2 and 8.1: the beginning of a request, or its trailers. */
  headers(block: HeaderBlock): void {
    const { table } = this.#deps.streams
    const stream = table.find(block.streamId)
    if (stream) {
      this.#trailers(stream, block)
      return
    }
    if (block.streamId % 2 === 0) {
      throw new ConnectionError(ErrorCode.protocolError, 'a client begins a stream of the server')
    }
    if (block.streamId <= table.lastId) {
      this.#lateHeaders(block)
      return
    }
    table.lastId = block.streamId
    this.#begin(block)
  }

  /** Section 6.3: read over, but for what is wrong with it. */
  priority(frame: Frame): void {
    requireStream(frame)
    this.#deps.guard.idleFrame()
    const isOfSize = frame.end - frame.start === 5
    if (isOfSize && !dependsOnItself(frame)) return
    this.#refuse(frame.streamId, isOfSize ? ErrorCode.protocolError : ErrorCode.frameSizeError)
  }

  /** Section 6.4. */
  rstStream(frame: Frame): void {
    requireStream(frame)
    requireLength(frame, 4)
    this.#requireBegun(frame.streamId)
    const { streams, guard } = this.#deps
    guard.reset()
    const stream = streams.table.find(frame.streamId)
    if (!stream) return
    streams.close(stream, Ending.resetByPeer)
    stream.receiver?.cancel(uint32At(frame.octets, frame.start))
  }

  /** Section 6.9, on a stream. */
  windowUpdate(frame: Frame): void {
    this.#requireBegun(frame.streamId)
    const { streams, guard } = this.#deps
    guard.idleFrame()
    const stream = streams.table.find(frame.streamId)
    if (!stream) return
    const bytes = uint31At(frame.octets, frame.start)
    if (bytes === 0) {
      this.#fail(stream, ErrorCode.protocolError)
      return
    }
    if (!streams.growWindow(stream, bytes)) this.#fail(stream, ErrorCode.flowControlError)
  }

  #begin(block: HeaderBlock): void {
    const { streams, acceptor, guard, limits } = this.#deps
    const { isMalformed, bodyBytes, head } = this.#heads.head(block)
    const id = block.streamId
    if (id > this.streamIdMax) {
      streams.table.refuse(id)
      return
    }
    if (streams.table.load >= limits.streamsMax) {
      this.#refuse(id, ErrorCode.refusedStream)
      return
    }
    if (isMalformed || block.isOwnParent) {
      this.#refuse(id, ErrorCode.protocolError)
      return
    }
    if (block.isEndStream && (bodyBytes ?? 0) !== 0) {
      this.#refuse(id, ErrorCode.protocolError)
      return
    }
    guard.usefulFrame()
    const stream = streams.open(id)
    stream.beganAtMs = guard.nowMs
    stream.bodyLeft = bodyBytes
    stream.isRemoteEnded = block.isEndStream
    const receiver = acceptor.accept(stream, head)
    stream.receiver = receiver
    if (block.isEndStream && !stream.isClosed) receiver.end(undefined)
  }

  /** A list that is too large is not known well enough to be called malformed. */
  #readHead(list: HeaderList): RequestHead<Head> {
    const bodyBytes = contentLength(list.fields)
    const isMalformed =
      !list.isTooLarge && (requestProblem(list.fields) !== undefined || Number.isNaN(bodyBytes))
    return { isMalformed, bodyBytes, head: this.#deps.acceptor.readHead(list) }
  }

  #trailers(stream: Stream, block: HeaderBlock): void {
    const { fields, isTooLarge } = this.#decoder.decode(block.octets, block.start, block.end)
    if (stream.isRemoteEnded) {
      this.#fail(stream, ErrorCode.streamClosed)
      return
    }
    if (block.isOwnParent || !block.isEndStream || !isAsLongAsStated(stream, 0, true)) {
      this.#fail(stream, ErrorCode.protocolError)
      return
    }
    if (trailersProblem(fields)) {
      this.#fail(stream, ErrorCode.protocolError)
      return
    }
    if (isTooLarge) {
      this.#fail(stream, ErrorCode.enhanceYourCalm)
      return
    }
    this.#deps.streams.endRemote(stream)
    stream.receiver?.end(fields)
  }

  /** Section 5.1, closed. The block is decoded all the same: it may change the table. */
  #lateHeaders(block: HeaderBlock): void {
    this.#decoder.decode(block.octets, block.start, block.end)
    switch (this.#deps.streams.table.ending(block.streamId)) {
      case Ending.resetHere:
        this.#deps.guard.idleFrame()
        return
      case Ending.resetByPeer:
        this.#refuse(block.streamId, ErrorCode.streamClosed)
        return
      case Ending.complete:
        throw new ConnectionError(ErrorCode.streamClosed, 'headers on a stream that has ended')
      default:
        throw new ConnectionError(ErrorCode.protocolError, 'a stream begins after a later one')
    }
  }

  /** Section 5.1: on its way when the stream was given up here, or a mistake of the peer's. */
  #lateData({ streamId }: Frame, flowBytes: number): void {
    const { streams, guard } = this.#deps
    this.#requireBegun(streamId)
    streams.receiveWindow.credit(flowBytes)
    const ending = streams.table.ending(streamId)
    if (ending === Ending.complete) {
      throw new ConnectionError(ErrorCode.streamClosed, 'data on a stream that has ended')
    }
    if (ending !== Ending.resetHere) this.#refuse(streamId, ErrorCode.streamClosed)
    else if (flowBytes === 0) guard.idleFrame()
  }

  #requireBegun(streamId: number): void {
    if (!this.#deps.streams.table.isIdle(streamId)) return
    throw new ConnectionError(ErrorCode.protocolError, 'a frame on a stream that was never begun')
  }

  /** Section 5.4.2, on a stream that need not be open. One that is idle must not be reset (6.4). */
  #refuse(streamId: number, code: ErrorCode): void {
    const { streams } = this.#deps
    if (streams.table.isIdle(streamId)) {
      throw new ConnectionError(code, 'an error on a stream that was never begun')
    }
    const stream = streams.table.find(streamId)
    if (stream) {
      this.#fail(stream, code)
      return
    }
    this.#deps.guard.reset()
    streams.refuse(streamId, code)
  }

  /** Section 5.4.2: what the peer did on the stream ends it. */
  #fail(stream: Stream, code: ErrorCode): void {
    this.#deps.guard.reset()
    this.#deps.streams.abandon(stream, code)
  }
}

/** Section 8.1.1. */
function isAsLongAsStated(stream: Stream, bytes: number, isLast: boolean): boolean {
  if (stream.bodyLeft === undefined) return true
  stream.bodyLeft -= bytes
  return stream.bodyLeft >= 0 && (!isLast || stream.bodyLeft === 0)
}
