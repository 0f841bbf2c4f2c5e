import { Answers } from './answers.js'
import type { FieldLimits } from './fields.js'
import { type FloodLimits, Floods } from './floods.js'
import { type BlockLimits, HeaderBlocks } from './header-blocks.js'
import { closedStates, type ModelStream, State } from './model-stream.js'
import { ackFlag, hasFlag, idAt, type RawFrame, Type } from './octets.js'
import {
  type ClientSettings,
  defaultSettings,
  initialWindowBytes,
  judgeSettings,
  judgeWindow,
  readSettings,
} from './settings.js'
import { judgeData, judgePriority, judgeRstStream, judgeWindowUpdate } from './stream-frames.js'
import { both, ends, fine, type Verdict } from './verdict.js'

/** What the server says about itself, in its documentation and in its first frames. */
export interface OracleLimits extends FloodLimits, FieldLimits, BlockLimits {
  readonly streamsMax: number
  readonly streamWindowBytes: number
  readonly connectionWindowBytes: number
  readonly handshakeMs: number
  readonly keepaliveMs: number
  readonly keepaliveTimeoutMs: number
  readonly sendStallMs: number
  /** Methods whose handlers may outlive their stream. */
  readonly slowPaths: ReadonlySet<string>
  /** Methods that another server answers. */
  readonly foreignPaths?: ReadonlySet<string>
}

/** So many ended streams a server has to remember; of the others it may not know how they ended. */
const rememberedStreams = 1_024

/**
 * What a server has to make of a client's frames, written from RFC 9113 and sharing nothing with the
 * transport. It takes frame after frame and says what each calls for.
 */
export class ClientModel {
  readonly limits: OracleLimits
  readonly streams = new Map<number, ModelStream>()
  readonly open = new Set<ModelStream>()
  /** Never begun, closed by a later one, and reset for what came on them all the same. */
  readonly skippedAndReset = new Set<number>()
  readonly floods: Floods
  readonly blocks: HeaderBlocks
  answers = new Answers([])
  nowMs = 0
  lastId = 0
  isGreeted = false
  /** Streams above it were never looked at: the server has said so. */
  servedIdMax = Number.POSITIVE_INFINITY
  /** Handlers that may still run although their stream is closed. */
  stragglers = 0
  settings: ClientSettings = defaultSettings
  /** Not acknowledged yet, oldest first. */
  readonly pendingSettings: ClientSettings[] = []
  readonly pendingPings: Buffer[] = []
  /** What the client may send, and the server. */
  receiveWindow = initialWindowBytes
  granted = initialWindowBytes
  framesCount = 0

  constructor(limits: OracleLimits) {
    this.limits = limits
    this.floods = new Floods(limits)
    this.blocks = new HeaderBlocks(this)
  }

  frame(frame: RawFrame): Verdict {
    this.framesCount += 1
    let verdict = frame.isTooLarge ? ends('FRAME_SIZE_ERROR') : fine
    // Section 6.10: nothing comes between the parts of a header block.
    if (this.blocks.isOpen && frame.type !== Type.continuation) {
      verdict = both(verdict, ends('PROTOCOL_ERROR'))
    }
    verdict = both(verdict, this.#greeting(frame))
    if (verdict.mustEnd) return verdict
    verdict = both(verdict, this.#judge(frame))
    // Who is given a reason to reset streams is counted with those who reset them.
    if (verdict.reset === 0) return verdict
    return both(verdict, this.floods.note('resets', this.nowMs, false))
  }

  /** The states in which a frame may find the stream; 0 for one that is idle. */
  statesOf(id: number): number {
    if (id > this.lastId || id % 2 === 0) return 0
    const stream = this.streams.get(id)
    if (!stream) {
      const isReset = this.skippedAndReset.has(id) || this.answers.hasReset(id)
      return isReset ? State.forgotten | State.resetByServer : State.forgotten
    }
    const states = stream.states(this.answers)
    const isOld = this.framesCount > rememberedStreams
    return isOld && (states & closedStates) !== 0 ? states | State.forgotten : states
  }

  /** Section 3.4: the client's preface goes on with SETTINGS. */
  #greeting(frame: RawFrame): Verdict {
    if (this.isGreeted) return fine
    this.isGreeted = true
    const isGreeting = frame.type === Type.settings && !hasFlag(frame, ackFlag)
    return isGreeting ? fine : ends('PROTOCOL_ERROR')
  }

  #judge(frame: RawFrame): Verdict {
    switch (frame.type) {
      case Type.data:
        return judgeData(this, frame)
      case Type.headers:
        return this.blocks.begin(frame)
      case Type.priority:
        return both(this.idleFrame(), judgePriority(this, frame))
      case Type.rstStream:
        return judgeRstStream(this, frame)
      case Type.settings:
        return this.#settings(frame)
      case Type.pushPromise:
        return ends('PROTOCOL_ERROR')
      case Type.ping:
        return this.#ping(frame)
      case Type.goaway:
        return this.#ofConnection(frame, (bytes) => bytes >= 8, this.idleFrame())
      case Type.windowUpdate:
        return this.#windowUpdate(frame)
      case Type.continuation:
        return this.blocks.continue(frame)
      default:
        return this.idleFrame()
    }
  }

  idleFrame(isCertain = true): Verdict {
    return this.floods.note('idleFrames', this.nowMs, isCertain)
  }

  #ofConnection(frame: RawFrame, isSize: (bytes: number) => boolean, more: Verdict): Verdict {
    let verdict = more
    if (frame.streamId !== 0) verdict = both(verdict, ends('PROTOCOL_ERROR'))
    if (!isSize(frame.payload.length)) verdict = both(verdict, ends('FRAME_SIZE_ERROR'))
    return verdict
  }

  /** Section 6.5. */
  #settings(frame: RawFrame): Verdict {
    if (hasFlag(frame, ackFlag)) {
      return this.#ofConnection(frame, (bytes) => bytes === 0, this.idleFrame())
    }
    const flood = this.floods.note('settings', this.nowMs)
    const own = both(flood, judgeSettings(frame.payload))
    const verdict = this.#ofConnection(frame, (bytes) => bytes % 6 === 0, own)
    if (verdict.mustEnd) return verdict
    this.settings = readSettings(this.settings, frame.payload)
    this.pendingSettings.push(this.settings)
    return both(verdict, this.#windows())
  }

  /** Section 6.9.2: what the new initial window makes of those of the open streams. */
  #windows(): Verdict {
    const { windowBytes, windowBytesPeak } = this.settings
    let verdict = fine
    for (const stream of this.open) {
      const states = stream.states(this.answers)
      const mayBeClosed = (states & closedStates) !== 0
      const most = stream.granted + windowBytesPeak
      const least = stream.granted + windowBytes - this.answers.dataOf(stream.id)
      verdict = both(verdict, judgeWindow(mayBeClosed ? 0 : least, most))
    }
    return verdict
  }

  /** Section 6.7. */
  #ping(frame: RawFrame): Verdict {
    const isAck = hasFlag(frame, ackFlag)
    const flood = isAck ? this.idleFrame() : this.floods.note('pings', this.nowMs)
    const verdict = this.#ofConnection(frame, (bytes) => bytes === 8, flood)
    if (!isAck && !verdict.mustEnd) this.pendingPings.push(Buffer.from(frame.payload))
    return verdict
  }

  /** Section 6.9. */
  #windowUpdate(frame: RawFrame): Verdict {
    const flood = this.idleFrame()
    if (frame.payload.length !== 4) return both(flood, ends('FRAME_SIZE_ERROR'))
    if (frame.streamId !== 0) return both(flood, judgeWindowUpdate(this, frame))
    const bytes = idAt(frame.payload)
    if (bytes === 0) return both(flood, ends('PROTOCOL_ERROR'))
    this.granted += bytes
    return both(flood, judgeWindow(this.granted - this.answers.dataOf(0), this.granted))
  }
}
