import { uint31At } from '../octets.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import type { FloodGuard } from './flood-guard.js'
import { Flag, type Frame, FrameType } from './frame.js'
import type { ConnectionLimits } from './limits.js'
import { type Outbox, typeAndFlags } from './outbox.js'
import { requireLength, requireNoStream } from './payload.js'
import { applySettings, encodeSettings, Setting } from './settings.js'
import type { Streams } from './streams.js'

export interface ControlFramesDeps {
  readonly streams: Streams
  readonly outbox: Outbox
  readonly guard: FloodGuard
  /** The ping that was sent with this side's GOAWAY was answered: the peer has read that. */
  onDrainAnswered(): void
}

/** The payloads of this side's pings tell what is being answered. */
const pingPayloads = { alive: 0, drain: 1 } as const
const pingBytes = 8
const goawayBytesMin = 8

/** RFC 9113 sections 6.5 to 6.9: what is said of the connection and of no stream. */
export class ControlFrames {
  readonly #deps: ControlFramesDeps

  constructor(deps: ControlFramesDeps) {
    this.#deps = deps
  }

  /** Section 3.4: the server's first words. */
  greet(limits: ConnectionLimits): void {
    const { streams, outbox } = this.#deps
    const payload = encodeSettings([
      [Setting.maxConcurrentStreams, limits.streamsMax],
      [Setting.initialWindowSize, limits.streamWindowBytes],
      [Setting.maxHeaderListSize, limits.headerListBytesMax],
    ])
    outbox.append(payload, typeAndFlags(FrameType.settings), 0)
    streams.receiveWindow.announce()
  }

  /** Section 6.5. */
  settings(frame: Frame): void {
    requireNoStream(frame)
    const { streams, outbox, guard } = this.#deps
    if (frame.flags & Flag.ack) {
      guard.idleFrame()
      requireLength(frame, 0)
      return
    }
    guard.settings()
    const { transmitter } = streams
    const { peer } = transmitter
    const { initialWindowBytes, headerTableBytes } = peer
    applySettings(peer, frame)
    if (peer.headerTableBytesMin < headerTableBytes) transmitter.shrinkTable()
    // Section 6.5.3: before anything that the new windows let go, which the peer would count by the old.
    outbox.frame(0, typeAndFlags(FrameType.settings, Flag.ack), 0)
    if (!streams.shiftWindows(peer.initialWindowBytes - initialWindowBytes)) {
      throw new ConnectionError(ErrorCode.flowControlError, 'a window is too large')
    }
  }

  /** Section 6.7. */
  pinged(frame: Frame): void {
    requireNoStream(frame)
    requireLength(frame, pingBytes)
    const { outbox, guard, onDrainAnswered } = this.#deps
    if (frame.flags & Flag.ack) {
      guard.idleFrame()
      if (frame.octets[frame.end - 1] === pingPayloads.drain) onDrainAnswered()
      return
    }
    guard.ping()
    const payload = frame.octets.subarray(frame.start, frame.end)
    outbox.append(payload, typeAndFlags(FrameType.ping, Flag.ack), 0)
  }

  /** Asks for a sign of life; with GOAWAY, for one that the peer has read it. */
  ping(why: keyof typeof pingPayloads): void {
    const { outbox } = this.#deps
    const at = outbox.frame(pingBytes, typeAndFlags(FrameType.ping), 0)
    outbox.octets.fill(0, at, at + pingBytes)
    outbox.octets[at + pingBytes - 1] = pingPayloads[why]
  }

  /** Section 6.8: the peer will take no streams of ours, which there are none of. */
  goaway(frame: Frame): void {
    requireNoStream(frame)
    if (frame.end - frame.start < goawayBytesMin) requireLength(frame, goawayBytesMin)
    this.#deps.guard.idleFrame()
  }

  /** Section 6.9, of the connection. */
  windowUpdate({ octets, start }: Frame): void {
    const { streams, guard } = this.#deps
    guard.idleFrame()
    const bytes = uint31At(octets, start)
    if (bytes === 0) throw new ConnectionError(ErrorCode.protocolError, 'a window grows by nothing')
    streams.transmitter.grow(bytes)
  }
}
