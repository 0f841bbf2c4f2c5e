import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Fields } from './fields.js'
import type { Fallback, RawCall, RawReceiver } from './grpc/raw-call.js'
import { Status } from './grpc/status.js'
import { HeldRequest } from './held-request.js'
import type { Peer } from './peer.js'

export interface BridgeOptions {
  /** A connection to the server behind, as to a socket in plain text. */
  connect(): Duplex
  /**
   * Headers that tell the server behind who asks; what clients send under these names is dropped, so
   * that nobody can pass for another.
   */
  readonly annotate?: (peer: Peer) => Readonly<Record<string, string>>
}

export interface Bridge {
  readonly fallback: Fallback
  /** The connection of the peer is closed, and all its calls with it. */
  leave(peer: Peer): void
  close(): void
}

/**
 * Hands calls on to another HTTP/2 server, stream by stream: bodies with backpressure both ways,
 * deadlines, cancellation and trailers. Each connection has a session of its own behind, so that one
 * client's resets are not held against another.
 */
export function createBridge(options: BridgeOptions): Bridge {
  const sessions = new Map<Peer, ClientHttp2Session>()
  const sessionOf = (peer: Peer) => {
    const known = sessions.get(peer)
    if (known && !known.closed && !known.destroyed) return known
    const session = openSession(options)
    sessions.set(peer, session)
    session.on('close', () => {
      if (sessions.get(peer) === session) sessions.delete(peer)
    })
    return session
  }
  return {
    fallback: (call) => new BridgedCall(call, sessionOf(call.peer), options).receiver,
    leave(peer) {
      const session = sessions.get(peer)
      if (session) endSession(session)
    },
    close() {
      for (const session of sessions.values()) endSession(session)
    },
  }
}

/** Closes when nothing has used it for so long, though its client may still be there. */
const idleMs = 60_000

function openSession({ connect: open }: BridgeOptions): ClientHttp2Session {
  const session = connect('http://bridge', {
    createConnection: open,
    settings: { enablePush: false, initialWindowSize: 1_048_576 },
  })
  session.setTimeout(idleMs, () => {
    session.close()
  })
  // What a failing session means is told to each of its calls.
  session.on('error', () => {})
  session.unref()
  return session
}

/** Its timer would keep a session that is destroyed until the idle time is over. */
function endSession(session: ClientHttp2Session): void {
  session.setTimeout(0)
  session.destroy()
}

class BridgedCall {
  readonly #call: RawCall
  readonly #stream: ClientHttp2Stream
  readonly #held: HeldRequest
  #hasResponded = false
  #hasEnded = false
  #trailers: Fields | undefined
  #isOver = false

  constructor(call: RawCall, session: ClientHttp2Session, options: BridgeOptions) {
    this.#call = call
    this.#held = new HeldRequest(call)
    this.#stream = session.request(requestHeaders(call, options), { endStream: false })
    this.#stream.on('response', (headers, flags) => this.#respond(headers, flags))
    this.#stream.on('trailers', (trailers) => this.#finishWith(fieldsOf(trailers)))
    this.#stream.on('end', () => this.#finishAfterData())
    this.#stream.on('error', () => {})
    this.#stream.on('close', () => this.#closed())
  }

  get receiver(): RawReceiver {
    const stream = this.#stream
    return {
      data: (octets) => this.#forward(octets),
      end: () => void stream.end(),
      drain: () => void stream.resume(),
      cancel: (code) => this.#giveUp(code || constants.NGHTTP2_CANCEL),
    }
  }

  /** Copied, because it lies in what was read; credited when it is on its way. */
  #forward(octets: Buffer): void {
    const { length } = octets
    if (this.#isOver) {
      this.#call.consumed(length)
      return
    }
    if (!this.#held.take(octets)) {
      this.#call.refuse('no-room')
      this.#giveUp(constants.NGHTTP2_CANCEL)
      return
    }
    this.#stream.write(Buffer.from(octets), () => this.#call.consumed(length))
  }

  #respond(headers: IncomingHttpHeaders, flags: number): void {
    const isEnd = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    this.#hasResponded = true
    this.#isOver ||= isEnd
    this.#call.respond(fieldsOf(headers), isEnd)
    if (isEnd) this.#leaveRequest()
    // Read only now: data can come to light before the headers that it follows.
    this.#stream.on('data', (chunk: Buffer) => this.#write(chunk))
  }

  #write(chunk: Buffer): void {
    if (this.#isOver) return
    this.#held.answered()
    if (!this.#call.write(chunk)) this.#stream.pause()
  }

  /** Trailers overtake data that waits for a slow client. */
  #finishWith(trailers: Fields): void {
    this.#trailers = trailers
    if (this.#hasEnded) this.#finish()
  }

  #finishAfterData(): void {
    this.#hasEnded = true
    if (this.#trailers) this.#finish()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#call.finish(this.#trailers)
    this.#leaveRequest()
  }

  /** An answer may come before the end of its request, which nobody waits for then. */
  #leaveRequest(): void {
    if (!this.#stream.writableEnded) this.#giveUp(constants.NGHTTP2_CANCEL)
  }

  /** What has come is read to its end all the same: with something unread a stream never closes. */
  #giveUp(code: number): void {
    this.#isOver = true
    this.#stream.close(code)
    this.#stream.resume()
  }

  /** All has come, or the server behind gave the call up, or is gone. */
  #closed(): void {
    this.#held.close()
    if (this.#isOver) return
    const code = this.#stream.rstCode
    if (this.#hasResponded && this.#hasEnded && code === constants.NGHTTP2_NO_ERROR) {
      this.#finish()
      return
    }
    this.#isOver = true
    if (this.#hasResponded) this.#call.reset(code || constants.NGHTTP2_INTERNAL_ERROR)
    else this.#call.respond(unreachable, true)
  }
}

const unreachable: Fields = [
  ...[':status', '200', 'content-type', 'application/grpc'],
  ...['grpc-status', String(Status.unavailable), 'grpc-message', 'the server behind is gone'],
]

/** Eight digits are the most that the header may have. */
const timeoutMsMax = 99_999_999

/**
 * What node:http2 throws for, or what speaks of the connection here. The others that do are refused
 * before a request gets so far.
 */
const dropped: ReadonlySet<string> = new Set(['content-length', 'http2-settings'])

function requestHeaders(call: RawCall, { annotate }: BridgeOptions): OutgoingHttpHeaders {
  const notes = annotate?.(call.peer) ?? {}
  // Clients may name metadata as they like, also as every object names something of its own.
  const headers: OutgoingHttpHeaders = Object.create(null)
  for (let at = 0; at < call.fields.length; at += 2) {
    const name = call.fields[at] ?? ''
    if (Object.hasOwn(notes, name) || dropped.has(name)) continue
    addHeader(headers, name, call.fields[at + 1] ?? '')
  }
  // Worked out here, because servers differ in what they make of large and of odd ones.
  if (call.timeoutMs < Number.POSITIVE_INFINITY) {
    headers['grpc-timeout'] = `${Math.min(Math.ceil(call.timeoutMs), timeoutMsMax)}m`
  }
  return Object.assign(headers, notes)
}

/** Joined as RFC 9110 section 5.3 has it: node:http2 refuses to send some names twice. */
function addHeader(headers: OutgoingHttpHeaders, name: string, value: string): void {
  const known = headers[name]
  // Of which it takes one value alone, the one that a request may have.
  headers[name] = known === undefined || name === 'te' ? value : `${known}, ${value}`
}

function fieldsOf(headers: IncomingHttpHeaders): string[] {
  const pseudo: string[] = []
  const regular: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    const values = Array.isArray(value) ? value : [String(value)]
    for (const one of values) (name.startsWith(':') ? pseudo : regular).push(name, one)
  }
  return [...pseudo, ...regular]
}
