import { codes, fine, type Verdict } from './verdict.js'

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export interface FloodLimits {
  readonly resets: Rate
  readonly pings: Rate
  readonly settings: Rate
  readonly idleFrames: Rate
}

export type FloodKind = keyof FloodLimits

const mayCalm: Verdict = { ...fine, end: codes('ENHANCE_YOUR_CALM') }
const mustCalm: Verdict = { ...mayCalm, mustEnd: true, mustAct: true }

/**
 * RFC 9113 section 10.5 leaves it to the server when it has had enough; this one has written its rates
 * down. It may have had enough no sooner than they say, and not much later.
 */
export class Floods {
  readonly #counts: Readonly<Record<FloodKind, Count>>

  constructor(limits: FloodLimits) {
    this.#counts = {
      resets: new Count(limits.resets),
      pings: new Count(limits.pings),
      settings: new Count(limits.settings),
      idleFrames: new Count(limits.idleFrames),
    }
  }

  /** `isCertain` where there is no doubt that the server counts it. */
  note(kind: FloodKind, nowMs: number, isCertain = true): Verdict {
    return this.#counts[kind].take(nowMs, isCertain)
  }

  /** Something useful came, and makes up for four idle frames. */
  useful(isCertain: boolean): void {
    this.#counts.idleFrames.earn(4, isCertain)
  }
}

/** One rate, from both sides: what is left at the least, and what may have been had at the most. */
class Count {
  readonly #rate: Rate
  #left: number
  #filledAtMs = 0
  #taken = 0
  #earned = 0

  constructor(rate: Rate) {
    this.#rate = rate
    this.#left = rate.burst
  }

  take(nowMs: number, isCertain: boolean): Verdict {
    const { burst, perSecond } = this.#rate
    const gained = ((nowMs - this.#filledAtMs) / 1_000) * perSecond
    this.#filledAtMs = nowMs
    this.#left = Math.max(0, Math.min(burst, this.#left + gained))
    if (isCertain) this.#taken += 1
    // A pause is counted when it is needed, so that the burst may come twice.
    if (this.#taken > 2 * burst + (nowMs / 1_000) * perSecond + this.#earned) return mustCalm
    const isEnough = this.#left < 1
    this.#left -= 1
    return isEnough ? mayCalm : fine
  }

  earn(frames: number, isCertain: boolean): void {
    this.#earned += frames
    if (isCertain) this.#left = Math.min(this.#rate.burst, this.#left + frames)
  }
}
