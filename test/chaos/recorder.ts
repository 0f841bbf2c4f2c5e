import type { ServiceError } from '@grpc/grpc-js'
import { decodeRevision } from '../../src/service/revision.js'
import { readRefusal } from '../support/api.js'
import { type Change, emptyHistory, type History, type Refusal, type Write } from './history.js'

/** Writes down what happens; everything else in a run goes through it. */
export class Recorder {
  readonly history: History = emptyHistory()
  /** Of the acknowledged write that is the newest in the store, for questions that pass it in. */
  newestToken: string | undefined
  #newest = 0
  /** Which fault is on; none yet. */
  phase = -1

  /** Answers what `act` does, or `undefined` when it was not acknowledged. */
  async write<T extends { readonly revision: string }>(
    { replica, change }: { readonly replica: number; readonly change?: Change },
    act: () => Promise<T>,
  ): Promise<T | undefined> {
    const { phase } = this
    const write: Write = { phase, replica, sentMs: performance.now(), ...(change && { change }) }
    this.history.writes.push(write)
    try {
      const done = await act()
      this.#acknowledge(write, done.revision)
      return done
    } catch (error) {
      this.refused({ phase, replica, call: 'write' }, error)
      return undefined
    }
  }

  refused(call: Omit<Refusal, 'phaseAtEnd' | 'reason' | 'message'>, error: unknown): void {
    const { reason, message } = readRefusal(error as ServiceError)
    // What no server of ours said was said by the transport.
    const phaseAtEnd = this.phase
    this.history.refusals.push({ ...call, phaseAtEnd, reason: reason || 'TRANSPORT', message })
  }

  #acknowledge(write: Write, token: string): void {
    const revision = decodeRevision(token)
    write.acknowledged = { atMs: performance.now(), revision }
    if (revision.number <= this.#newest) return
    this.#newest = revision.number
    this.newestToken = token
  }
}
