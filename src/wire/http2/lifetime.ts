import type { ConnectionLimits } from './limits.js'

/** What a connection does when its time comes. */
export interface LifetimeEvents {
  /** The peer took too long over its first words, or over one frame. */
  onStalled(): void
  /** There has been no call for long, or the connection is old. */
  onOutlived(): void
  onPingDue(): void
  /** The peer neither answers nor reads, or is not gone although it was told. */
  onLost(): void
  /** The peer has heard of the drain, or had the time to. */
  onDrainHeard(): void
  /** The drain has taken long enough. */
  onDrainOver(): void
}

const never = Number.POSITIVE_INFINITY
/** For a peer to hear why the connection ends, before the socket is taken away. */
const lingerMs = 1_000

type Alarm = readonly [atMs: number, act: () => void]

/**
 * Everything about a connection that is due at a time, but for the calls' deadlines. Moments are
 * noted as they come, which costs nothing; what follows from them is worked out in `tick`.
 */
export class Lifetime {
  readonly #limits: ConnectionLimits
  readonly #events: LifetimeEvents
  readonly #startedAtMs: number
  #isGreeted = false
  #partialSinceMs = never
  #quietSinceMs: number
  #receivedAtMs: number
  #pingedAtMs = never
  #congestedSinceMs = never
  #unsentSinceMs = never
  #drainingSinceMs = never
  #isDrainHeard = false
  #closingSinceMs = never
  #isWanted = false
  #isOutlived = false

  constructor(limits: ConnectionLimits, events: LifetimeEvents, nowMs: number) {
    this.#limits = limits
    this.#events = events
    this.#startedAtMs = this.#quietSinceMs = this.#receivedAtMs = nowMs
  }

  received(nowMs: number): void {
    this.#receivedAtMs = nowMs
    this.#pingedAtMs = never
  }

  greeted(): void {
    this.#isGreeted = true
  }

  /**
   * After each turn: whether a frame or a block of headers has begun and not ended. It is a new one
   * if another ended in that turn.
   */
  partial(isPartial: boolean, isNew: boolean, nowMs: number): void {
    if (!isPartial) this.#partialSinceMs = never
    else if (isNew || this.#partialSinceMs === never) this.#partialSinceMs = nowMs
  }

  /** Whether there are calls. */
  busy(isBusy: boolean, nowMs: number): void {
    if (isBusy) this.#quietSinceMs = never
    else if (this.#quietSinceMs === never) this.#quietSinceMs = nowMs
  }

  congested(isCongested: boolean, nowMs: number): void {
    if (!isCongested) this.#congestedSinceMs = never
    else if (this.#congestedSinceMs === never) this.#congestedSinceMs = nowMs
  }

  /** As often as somebody looks: whether something is unsent, and some has left since. */
  unsent(isUnsent: boolean, hasMoved: boolean, nowMs: number): void {
    if (!isUnsent) this.#allSent(nowMs)
    else if (hasMoved || this.#unsentSinceMs === never) this.#unsentSinceMs = nowMs
  }

  pinged(nowMs: number): void {
    this.#pingedAtMs = nowMs
  }

  draining(nowMs: number): void {
    this.#drainingSinceMs = nowMs
  }

  drainHeard(): void {
    this.#isDrainHeard = true
  }

  /** The last words are said; `isWanted` if the peer is to have time to read what stands before them. */
  closing(isWanted: boolean, nowMs: number): void {
    if (this.#closingSinceMs < never) return
    this.#closingSinceMs = nowMs
    this.#isWanted = isWanted
  }

  /** Does what is due, and answers when something is due next. */
  tick(nowMs: number): number {
    for (const [atMs, act] of this.#alarms()) {
      if (atMs <= nowMs) act()
    }
    return Math.min(...this.#alarms().map(([atMs]) => atMs))
  }

  #alarms(): readonly Alarm[] {
    const { handshakeMs, keepaliveTimeoutMs, drainMs } = this.#limits
    const events = this.#events
    if (this.#closingSinceMs < never) return this.#closingAlarms()
    const drainHeardMs = this.#isDrainHeard ? never : this.#drainingSinceMs + lingerMs
    return [
      [this.#isGreeted ? never : this.#startedAtMs + handshakeMs, events.onStalled],
      [this.#partialSinceMs + handshakeMs, events.onStalled],
      [this.#outlivedAtMs(), () => this.#outlive()],
      [this.#pingDueAtMs(), events.onPingDue],
      [this.#pingedAtMs + keepaliveTimeoutMs, events.onLost],
      [this.#congestedSinceMs + keepaliveTimeoutMs, events.onLost],
      [this.#unsentSinceMs + keepaliveTimeoutMs, events.onLost],
      [drainHeardMs, events.onDrainHeard],
      [this.#drainingSinceMs + drainMs, events.onDrainOver],
    ]
  }

  #closingAlarms(): readonly Alarm[] {
    const { onLost } = this.#events
    const { keepaliveTimeoutMs, drainMs } = this.#limits
    const lingeredAtMs = this.#closingSinceMs + lingerMs
    if (!this.#isWanted || this.#unsentSinceMs === never) return [[lingeredAtMs, onLost]]
    return [
      [this.#unsentSinceMs + keepaliveTimeoutMs, onLost],
      [Math.max(lingeredAtMs, this.#drainingSinceMs + drainMs), onLost],
    ]
  }

  /** The peer has to read it still. */
  #allSent(nowMs: number): void {
    if (this.#closingSinceMs < never && this.#unsentSinceMs < never) this.#closingSinceMs = nowMs
    this.#unsentSinceMs = never
  }

  #outlivedAtMs(): number {
    if (this.#isOutlived || this.#drainingSinceMs < never) return never
    const { idleMs, ageMs } = this.#limits
    return Math.min(this.#quietSinceMs + idleMs, this.#startedAtMs + ageMs)
  }

  #outlive(): void {
    this.#isOutlived = true
    this.#events.onOutlived()
  }

  /** Only with calls open: a quiet connection may be quiet. */
  #pingDueAtMs(): number {
    if (this.#quietSinceMs < never || this.#pingedAtMs < never) return never
    return this.#receivedAtMs + this.#limits.keepaliveMs
  }
}
