import type { Rate } from './token-bucket.js'

/** Everything that a peer can make grow, and how far; RFC 9113 section 10.5. */
export interface ConnectionLimits {
  /** Calls at once; more are refused, and may be sent again. Running handlers count. */
  readonly streamsMax: number
  /** As section 10.5.1 counts; more is answered with an error of the call. */
  readonly headerListBytesMax: number
  readonly headerFieldsMax: number
  /** Encoded; more ends the connection, for nothing is known about a block until its end. */
  readonly headerBlockBytesMax: number
  readonly continuationsMax: number
  /** How much a peer may send ahead of what is consumed. */
  readonly streamWindowBytes: number
  readonly connectionWindowBytes: number
  /** Requests and answers held for one connection. */
  readonly bufferedBytesMax: number
  /** Streams given up by the peer, or by its fault. */
  readonly resets: Rate
  readonly pings: Rate
  readonly settings: Rate
  /** Frames that bring nothing. Those that bring something earn a few. */
  readonly idleFrames: Rate
  /** Frames looked at before others get their turn of the event loop. */
  readonly framesPerTurn: number
  /** From the connection to its preface and settings, and from a frame's first octet to its last. */
  readonly handshakeMs: number
  /** Without a call for so long, a connection is asked to go. */
  readonly idleMs: number
  /** Silent for so long with calls open, the peer is asked for a sign of life. */
  readonly keepaliveMs: number
  /** And gone without an answer for so long, it is given up. Also for a peer that does not read. */
  readonly keepaliveTimeoutMs: number
  /** For so long a call's answer may wait for a window that does not move. */
  readonly sendStallMs: number
  /** After which a connection is asked to go, so that load spreads anew. */
  readonly ageMs: number
  /** How long a connection that was asked to go may take over it. */
  readonly drainMs: number
}

const minuteMs = 60_000
const mebi = 1_048_576

export const defaultConnectionLimits: ConnectionLimits = {
  streamsMax: 256,
  headerListBytesMax: 8_192,
  headerFieldsMax: 64,
  headerBlockBytesMax: 98_304,
  continuationsMax: 8,
  streamWindowBytes: mebi,
  connectionWindowBytes: 4 * mebi,
  bufferedBytesMax: 16 * mebi,
  resets: { burst: 1_000, perSecond: 200 },
  pings: { burst: 500, perSecond: 50 },
  settings: { burst: 50, perSecond: 5 },
  idleFrames: { burst: 2_000, perSecond: 500 },
  framesPerTurn: 256,
  handshakeMs: 10_000,
  idleMs: 30 * minuteMs,
  keepaliveMs: minuteMs,
  keepaliveTimeoutMs: 20_000,
  sendStallMs: minuteMs,
  ageMs: Number.POSITIVE_INFINITY,
  drainMs: 10 * minuteMs,
}
