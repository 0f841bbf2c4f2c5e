import { Metadata } from '@grpc/grpc-js'
import { DomainError } from '../../domain/errors.js'
import type { Call } from '../../wire/grpc/call.js'
import { binaryValue } from '../../wire/grpc/metadata.js'
import type { MessageReceiver, Method, UnaryMethod } from '../../wire/grpc/method.js'
import { Refusal, type Reply } from '../../wire/grpc/reply.js'
import type { StreamingCall } from '../../wire/grpc/streaming-call.js'
import type { Peer } from '../../wire/peer.js'
import type { Admission } from '../admission.js'
import { detailsHeader, toServiceError, toStatus } from '../errors.js'
import { AuthorizationServiceService } from '../gen/postern/v1/authorization.js'
import type { CallOrigin } from '../session.js'
import type { HotCaller } from './caller.js'
import type { UnaryAnswer } from './hot-calls.js'
import type { HotMethodsDeps } from './library-methods.js'
import { StreamSession } from './stream-session.js'

export interface WireMethodsDeps extends HotMethodsDeps {
  /** The transport's: milliseconds that never go back. */
  nowMs(): number
  /** What health checks are answered. */
  isServing(): boolean
}

/** The hot methods, and health checks, on our own transport. */
export function wireMethods(deps: WireMethodsDeps): Readonly<Record<string, Method>> {
  const { authorize, authorizeBatch, authorizeStream } = AuthorizationServiceService
  const { hot } = deps
  const peers = new FreePeers(deps.admission)
  const callerOf = (call: Call) => new WireCaller(call, deps, peers)
  const unary = (answer: UnaryAnswer): UnaryMethod => ({
    kind: 'unary',
    handle(message, call) {
      try {
        const reply = answer(message, callerOf(call))
        if (reply instanceof Uint8Array) return reply
        return reply.catch((error: unknown) => toRefusal(deps, call, error))
      } catch (error) {
        return toRefusal(deps, call, error)
      }
    },
  })
  return {
    [authorize.path]: {
      ...unary(hot.authorize),
      handleInPlace(octets, start, end, call) {
        if (!peers.has(call.peer)) return undefined
        try {
          return hot.authorizeInPlace(octets, start, end)
        } catch (error) {
          return toRefusal(deps, call, error)
        }
      },
    },
    [authorizeBatch.path]: unary(hot.authorizeBatch),
    [authorizeStream.path]: { kind: 'streaming', open: (call) => openStream(deps, call, callerOf) },
    '/grpc.health.v1.Health/Check': {
      kind: 'unary',
      handle: (message) => checkHealth(deps, message),
    },
  }
}

/** Peers are the same for all calls of a connection: who is free needs asking once. */
class FreePeers {
  readonly #known = new WeakMap<Peer, boolean>()
  readonly #admission: Admission
  #last: Peer | undefined
  #isLastFree = false

  constructor(admission: Admission) {
    this.#admission = admission
  }

  /** Calls come many to a reading, all of one peer. */
  has(peer: Peer): boolean {
    if (peer === this.#last) return this.#isLastFree
    this.#isLastFree = this.#known.get(peer) ?? this.#ask(peer)
    this.#last = peer
    return this.#isLastFree
  }

  #ask(peer: Peer): boolean {
    const isFree = this.#admission.isFree(peerName(peer))
    this.#known.set(peer, isFree)
    return isFree
  }
}

class WireCaller implements HotCaller {
  readonly #call: Call
  readonly #deps: WireMethodsDeps
  readonly #peers: FreePeers

  constructor(call: Call, deps: WireMethodsDeps, peers: FreePeers) {
    this.#call = call
    this.#deps = deps
    this.#peers = peers
  }

  admit(): undefined | Promise<void> {
    if (this.#peers.has(this.#call.peer)) return undefined
    return this.#deps.admission.admit(originOf(this.#call))
  }

  get isGone(): boolean {
    return this.#call.isCancelled
  }

  leftMs(): number {
    return this.#call.deadlineAtMs - this.#deps.nowMs()
  }
}

/** As @grpc/grpc-js prints it. */
export function peerName({ address, port, isUnixSocket }: Peer): string {
  if (isUnixSocket) return 'unix:'
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function originOf(call: Call): CallOrigin {
  const metadata = new Metadata()
  const entries = call.metadata.entries()
  for (let at = 0; at < entries.length; at += 2) {
    const name = entries[at] ?? ''
    if (!name.endsWith('-bin')) metadata.add(name, entries[at + 1] ?? '')
  }
  return { metadata, getPeer: () => peerName(call.peer) }
}

function openStream(
  deps: WireMethodsDeps,
  call: StreamingCall,
  callerOf: (call: Call) => HotCaller,
): MessageReceiver | Refusal {
  const caller = callerOf(call)
  const session = new StreamSession(deps, {
    send: (message) => call.send(message),
    pause: () => call.pause(),
    resume: () => call.resume(),
    finish: (error) =>
      error === undefined ? call.finish() : call.finish(toRefusal(deps, call, error)),
    leftMs: () => caller.leftMs(),
    admit: () => caller.admit(),
  })
  const begin = () => {
    session.begin()
    call.resume()
  }
  try {
    const admission = caller.admit()
    if (admission) {
      call.pause()
      admission.then(begin, (error: unknown) => call.finish(toRefusal(deps, call, error)))
    } else session.begin()
  } catch (error) {
    return toRefusal(deps, call, error)
  }
  return session
}

function toRefusal({ onBug }: WireMethodsDeps, { path }: Call, error: unknown): Refusal {
  if (!(error instanceof DomainError)) onBug(error, path)
  const { code, details, metadata } = toServiceError(error)
  const [bytes] = metadata?.get(detailsHeader) ?? []
  const trailers = bytes instanceof Buffer ? [detailsHeader, binaryValue(bytes)] : []
  return new Refusal(toStatus(code), details ?? '', trailers)
}

const serving = Uint8Array.of(0x08, 1)
const notServing = Uint8Array.of(0x08, 2)

/** Of the server as a whole, the only service that health is told of. */
function checkHealth({ isServing }: WireMethodsDeps, message: Buffer): Reply {
  if (message.length > 2) return new Refusal(toStatus(5), 'unknown service')
  return isServing() ? serving : notServing
}
