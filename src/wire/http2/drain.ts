import type { ControlFrames } from './control-frames.js'
import { ErrorCode } from './error-code.js'
import type { Lifetime } from './lifetime.js'
import type { Outbox } from './outbox.js'
import type { Requests } from './requests.js'
import type { StreamTable } from './stream-table.js'

export interface DrainDeps<Head> {
  readonly outbox: Outbox
  readonly control: ControlFrames
  readonly requests: Requests<Head>
  readonly table: StreamTable
  readonly life: Lifetime
  /** The last call has ended, and there will be no more. */
  onOver(): void
}

const streamIdMax = 0x7fffffff

/**
 * RFC 9113 section 6.8: how a connection ends without a failed call. The peer is told to begin no more;
 * what it began before it heard of that is still taken; then it is told which stream was the last.
 */
export class Drain<Head> {
  readonly #deps: DrainDeps<Head>
  #isBegun = false
  #isHeard = false

  constructor(deps: DrainDeps<Head>) {
    this.#deps = deps
  }

  get isBegun(): boolean {
    return this.#isBegun
  }

  begin(nowMs: number): void {
    this.#isBegun = true
    this.#deps.life.draining(nowMs)
    this.#deps.outbox.goaway(streamIdMax, ErrorCode.noError)
    this.#deps.control.ping('drain')
  }

  /** The peer answered a ping as `begin` sends it; it may do so unasked. */
  answered(): void {
    if (this.#isBegun) this.heard()
  }

  /** The peer has heard of it, or had the time to. */
  heard(): void {
    const { life, requests, table, outbox } = this.#deps
    this.#isHeard = true
    life.drainHeard()
    requests.streamIdMax = Math.min(requests.streamIdMax, table.lastId)
    if (table.size === 0) this.#deps.onOver()
    else outbox.goaway(requests.streamIdMax, ErrorCode.noError)
  }

  /** There are no streams any more. */
  quiet(): void {
    if (this.#isHeard) this.#deps.onOver()
  }
}
