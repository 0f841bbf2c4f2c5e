import type { Answers } from './answers.js'
import type { ClientModel } from './client-model.js'
import type { ModelStream } from './model-stream.js'
import { type Codes, codes } from './verdict.js'

/** How things stand when the oracle is asked. */
export interface Moment {
  readonly nowMs: number
  /** The server has closed its side, or torn the connection down. */
  readonly isEnded: boolean
  readonly isDestroyed: boolean
  /** A limit of memory was reached since the last judgement. */
  readonly isMemoryRefused: boolean
  /** What the server has said may not all have come. */
  readonly isUnderWay?: boolean
  /** The server was told to finish with this connection. */
  readonly isDraining: boolean
}

const foreignCodes = codes('CANCEL', 'INTERNAL_ERROR')

/** What a server may do although no frame gives it a reason: for the time that passes, or for memory. */
export class Grounds {
  readonly #model: ClientModel
  #sentAtMs = 0
  #quietMs = 0
  #pingedAtMs = Number.POSITIVE_INFINITY
  #partialSinceMs: number | undefined = 0

  constructor(model: ClientModel) {
    this.#model = model
  }

  /** Before a judgement: whether the client has sent anything since the last. */
  begin(hasSent: boolean, { nowMs }: Moment): void {
    this.#quietMs = nowMs - this.#sentAtMs
    if (hasSent) this.#sentAtMs = nowMs
  }

  /** After it: whether a frame or a header block has begun and not ended, and is not an old one. */
  end(isWaiting: boolean, hasFrames: boolean, { nowMs }: Moment): void {
    const { isGreeted, blocks } = this.#model
    const isPartial = !isGreeted || blocks.isOpen || isWaiting
    if (!isPartial) this.#partialSinceMs = undefined
    else if (isGreeted && hasFrames && !blocks.isOpen) this.#partialSinceMs = nowMs
    else this.#partialSinceMs ??= nowMs
  }

  /** The server has asked whether the client is alive. */
  pinged({ nowMs }: Moment): void {
    this.#pingedAtMs = nowMs
  }

  mayPing({ isDraining }: Moment): boolean {
    return isDraining || this.#quietMs >= this.#model.limits.keepaliveMs
  }

  /** The connection may end with these. */
  mayEnd(moment: Moment): Codes {
    const isStalled = this.#stalledMs(moment) >= this.#model.limits.handshakeMs
    const calm = moment.isMemoryRefused || isStalled ? codes('ENHANCE_YOUR_CALM') : 0
    return calm | (moment.isDraining ? codes('NO_ERROR') : 0)
  }

  /** A frame takes too long: it must end. */
  mustEnd(moment: Moment): boolean {
    return this.#stalledMs(moment) > this.#model.limits.handshakeMs
  }

  /** Without a word only from a client that gave no sign of life. */
  mayDestroy(moment: Moment, hasAsked: boolean): boolean {
    const { keepaliveMs, keepaliveTimeoutMs } = this.#model.limits
    const soonestMs = this.#sentAtMs + keepaliveMs
    const askedAtMs = hasAsked ? soonestMs : Math.max(this.#pingedAtMs, this.#sentAtMs)
    return moment.isMemoryRefused || moment.nowMs - askedAtMs >= keepaliveTimeoutMs
  }

  /** A stream may be reset with these. */
  mayReset(stream: ModelStream | undefined, answers: Answers, moment: Moment): Codes {
    if (!stream || !this.#model.open.has(stream)) return 0
    const { sendStallMs, foreignPaths } = this.#model.limits
    const ageMs = moment.nowMs - stream.beganAtMs
    let own = 0
    // Section 8.1: the answer is complete, and the rest of the request is not wanted.
    if (answers.ended.has(stream.id)) own |= codes('NO_ERROR')
    if (ageMs > 0 && ageMs >= Math.min(stream.timeoutMs, sendStallMs)) own |= codes('CANCEL')
    if (moment.isMemoryRefused) own |= codes('ENHANCE_YOUR_CALM')
    // What a server behind makes of a call is for that server to say.
    if (foreignPaths?.has(stream.path)) own |= foreignCodes
    return own
  }

  #stalledMs({ nowMs }: Moment): number {
    return this.#partialSinceMs === undefined ? 0 : nowMs - this.#partialSinceMs
  }
}
