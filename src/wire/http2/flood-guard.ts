import { ConnectionError, ErrorCode } from './error-code.js'
import type { ConnectionLimits } from './limits.js'
import { TokenBucket } from './token-bucket.js'

/** A frame that brings something lets a peer that windows and acknowledges finely do so. */
const idleFramesEarned = 4

/**
 * RFC 9113 section 10.5: frames that cost this side more than their sender are counted, and who
 * sends too many too quickly is asked to calm down, and left.
 */
export class FloodGuard {
  nowMs = 0
  readonly #resets: TokenBucket
  readonly #pings: TokenBucket
  readonly #settings: TokenBucket
  readonly #idleFrames: TokenBucket

  constructor(limits: ConnectionLimits) {
    this.#resets = new TokenBucket(limits.resets)
    this.#pings = new TokenBucket(limits.pings)
    this.#settings = new TokenBucket(limits.settings)
    this.#idleFrames = new TokenBucket(limits.idleFrames)
  }

  /**
   * A stream was given up: by the peer (CVE-2023-44487) or because of what it sent on it
   * (CVE-2025-8671); the work was the same.
   */
  reset(): void {
    if (!this.#resets.take(this.nowMs)) throw flood('streams are reset')
  }

  ping(): void {
    if (!this.#pings.take(this.nowMs)) throw flood('pings are sent')
  }

  settings(): void {
    if (!this.#settings.take(this.nowMs)) throw flood('settings are changed')
  }

  /** A frame without effect, or with a tiny one. */
  idleFrame(): void {
    if (!this.#idleFrames.take(this.nowMs)) throw flood('frames without effect are sent')
  }

  usefulFrame(): void {
    this.#idleFrames.earn(idleFramesEarned)
  }
}

function flood(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.enhanceYourCalm, `${what} too often`)
}
