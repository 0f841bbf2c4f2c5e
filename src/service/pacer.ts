import { DomainError } from '../domain/errors.js'

/** Whether the thread was held for long enough, and how to let others have it. */
export interface Pace {
  readonly isDue: boolean
  rest(): Promise<void>
}

/** What telling and giving up the time needs. */
export interface PacerDeps {
  /** Milliseconds that never go back. */
  monotonicMs(): number
  nextTurn(): Promise<void>
}

/** For whom long work is done. */
export interface Asker {
  /** Nobody waits for the answer any more. */
  readonly isGone: boolean
}

/** Half of what anybody may be made to wait: what was begun in a turn still comes to its end. */
const turnMs = 0.5

/**
 * Keeps long work from holding the thread that answers everybody: whoever asks between its steps
 * knows when it is time to let others on.
 */
export class Pacer implements Pace {
  readonly #deps: PacerDeps
  readonly #asker: Asker | undefined
  #sinceMs: number

  /** `sinceMs`: since when the thread has been held, if not only from now on. */
  constructor(deps: PacerDeps, asker?: Asker, sinceMs = deps.monotonicMs()) {
    this.#deps = deps
    this.#asker = asker
    this.#sinceMs = sinceMs
  }

  /** Whether the thread was held for long enough: time for a `rest`. */
  get isDue(): boolean {
    return this.#deps.monotonicMs() - this.#sinceMs >= turnMs
  }

  /** Rejects once the asker is gone: work for nobody would only keep others waiting. */
  async rest(): Promise<void> {
    await this.#deps.nextTurn()
    if (this.#asker?.isGone) throw gone()
    this.#sinceMs = this.#deps.monotonicMs()
  }

  /** As `Array.map`, with rests between. */
  async map<From, To>(items: readonly From[], work: (item: From) => To): Promise<To[]> {
    const made: To[] = []
    for (const item of items) {
      if (this.isDue) await this.rest()
      made.push(work(item))
    }
    return made
  }
}

/**
 * Makes pacers of which those that are made before the thread is given up count from the first of them:
 * many short works in one go hold it as one long one does.
 */
export function createPace(deps: PacerDeps): (asker?: Asker) => Pacer {
  let sinceMs: number | undefined
  const giveUp = () => {
    sinceMs = undefined
  }
  return (asker) => {
    if (sinceMs === undefined) {
      sinceMs = deps.monotonicMs()
      queueMicrotask(giveUp)
    }
    return new Pacer(deps, asker, sinceMs)
  }
}

function gone(): DomainError {
  return new DomainError('aborted', {
    reason: 'CALLER_GONE',
    message: 'nobody waits for the answer any more',
  })
}
