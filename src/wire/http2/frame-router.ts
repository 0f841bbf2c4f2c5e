import type { ControlFrames } from './control-frames.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import type { FloodGuard } from './flood-guard.js'
import { Flag, type Frame, FrameType } from './frame.js'
import { HeaderBlock } from './header-block.js'
import type { ConnectionLimits } from './limits.js'
import { requireLength } from './payload.js'
import type { Requests } from './requests.js'

export interface FrameRouterDeps<Head> {
  readonly limits: ConnectionLimits
  readonly requests: Requests<Head>
  readonly control: ControlFrames
  readonly guard: FloodGuard
  /** The first frame came, and is of the right kind. */
  onGreeted(): void
  /** A block of headers has begun and goes on in other frames. */
  onBlockOpen(): void
}

/** Hands each frame to whom it concerns, in the only order in which frames may come. */
export class FrameRouter<Head> {
  readonly #requests: Requests<Head>
  readonly #control: ControlFrames
  readonly #guard: FloodGuard
  readonly #onGreeted: () => void
  readonly #onBlockOpen: () => void
  readonly #block: HeaderBlock
  #isGreeted = false

  constructor(deps: FrameRouterDeps<Head>) {
    this.#requests = deps.requests
    this.#control = deps.control
    this.#guard = deps.guard
    this.#onGreeted = deps.onGreeted
    this.#onBlockOpen = deps.onBlockOpen
    this.#block = new HeaderBlock(deps.limits)
  }

  /** A block of headers has begun, and its end has not come. */
  get isBlockOpen(): boolean {
    return this.#block.isOpen
  }

  /** Held for it. */
  get openBytes(): number {
    return this.#block.openBytes
  }

  /** Nothing more is routed. */
  discard(): void {
    this.#block.discard()
  }

  /** Section 4.1: a type that is not known is passed over, but for one thing that it may not split. */
  route(frame: Frame): void {
    if (this.#block.isOpen && frame.type !== FrameType.continuation) {
      throw new ConnectionError(ErrorCode.protocolError, 'a frame inside a header block')
    }
    if (!this.#isGreeted) this.#requireGreeting(frame)
    switch (frame.type) {
      case FrameType.data:
        this.#requests.data(frame)
        return
      case FrameType.headers:
        this.#headers(frame)
        return
      case FrameType.continuation:
        if (this.#block.continue(frame)) this.#requests.headers(this.#block)
        return
      case FrameType.windowUpdate:
        requireLength(frame, 4)
        if (frame.streamId === 0) this.#control.windowUpdate(frame)
        else this.#requests.windowUpdate(frame)
        return
      case FrameType.rstStream:
        this.#requests.rstStream(frame)
        return
      case FrameType.ping:
        this.#control.pinged(frame)
        return
      case FrameType.settings:
        this.#control.settings(frame)
        return
      case FrameType.priority:
        this.#requests.priority(frame)
        return
      case FrameType.goaway:
        this.#control.goaway(frame)
        return
      case FrameType.pushPromise:
        throw new ConnectionError(ErrorCode.protocolError, 'a client does not push')
      default:
        this.#guard.idleFrame()
        return
    }
  }

  #requireGreeting(frame: Frame): void {
    if (frame.type !== FrameType.settings || frame.flags & Flag.ack) {
      throw new ConnectionError(ErrorCode.protocolError, 'the first frame is not of settings')
    }
    this.#isGreeted = true
    this.#onGreeted()
  }

  #headers(frame: Frame): void {
    if (frame.streamId === 0) {
      throw new ConnectionError(ErrorCode.protocolError, 'headers that name no stream')
    }
    if (this.#block.begin(frame)) {
      this.#requests.headers(this.#block)
      return
    }
    this.#onBlockOpen()
  }
}
