import type pg from 'pg'
import { type Schedule, startRepeating } from '../../service/schedule.js'
import { OwnConnection } from './postgres-connection.js'

/** `auto`: as soon as the server is seen to wait for standbys when it commits. */
export type LeaseMode = 'on' | 'off' | 'auto'

export interface LeaseDeps {
  readonly url: string
  readonly mode: LeaseMode
  readonly intervalMs: number
  /** From 0 to 1. */
  random(): number
  readonly schedule: Schedule
}

/**
 * A row that the servers of a store go on renewing. Who was cut off from its standbys cannot
 * commit, so that the row only ages there: it gives away a primary that is none any more and
 * still answers.
 */
export class Lease {
  readonly #deps: LeaseDeps
  /** Of its own: a renewal that waits for a standby must not keep the log from being read. */
  readonly #connection: OwnConnection
  #stop: (() => void) | undefined

  constructor(deps: LeaseDeps) {
    this.#deps = deps
    this.#connection = new OwnConnection({ url: deps.url, timeoutMs: deps.intervalMs })
  }

  get isOn(): boolean {
    return this.#stop !== undefined
  }

  /**
   * Resolves when a first renewal was tried. Once on, it stays on as long as the process lives:
   * a server that stops waiting for standbys may be one that was just cut off from them.
   */
  async turnOn(hasStandbys: boolean): Promise<void> {
    const { mode, intervalMs, random, schedule } = this.#deps
    if (this.isOn || mode === 'off' || (mode === 'auto' && !hasStandbys)) return
    this.#stop = startRepeating({
      firstMs: intervalMs,
      everyMs: intervalMs,
      random,
      schedule,
      work: () => this.#beat(),
      // Readers of the log see the lease grow old, and say so.
      onTrouble: () => undefined,
    })
    await this.#beat().catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#stop?.()
    await this.#connection.close()
  }

  /** Of many servers, about one writes in each interval. */
  #beat(): Promise<void> {
    const { intervalMs } = this.#deps
    return this.#connection.use((client) => renewLease(client, Math.floor(intervalMs / 2)))
  }
}

interface Notice {
  readonly severity?: string | undefined
  readonly message?: string | undefined
}

const nowMs = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

/** In milliseconds, as the server's clock has it; negative after the clock was set back. */
export const leaseAge = `${nowMs} - lease.at_ms`

/**
 * Commits a renewal, unless the lease is younger than `youngestMs`. Rejects when the commit did not
 * reach the standby that it should have waited for.
 */
export async function renewLease(client: pg.Client, youngestMs: number): Promise<void> {
  let warning: string | undefined
  const onNotice = ({ severity, message }: Notice) => {
    if (severity === 'WARNING') warning = message
  }
  client.on('notice', onNotice)
  try {
    // One from the future is that of a server whose clock was ahead.
    await client.query(
      `update store_lease set at_ms = ${nowMs}
      where one = 1 and (at_ms <= ${nowMs} - $1::bigint or at_ms > ${nowMs})`,
      [youngestMs],
    )
  } finally {
    client.off('notice', onNotice)
  }
  if (warning !== undefined) throw new Error(`the renewal warned: ${warning}`)
}
