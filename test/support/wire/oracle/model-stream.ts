import type { Answers } from './answers.js'

/** RFC 9113 section 5.1, as a set: a bit for each state that the stream may be in. */
export const State = {
  open: 1,
  /** The client has said its last word. */
  halfClosed: 2,
  /** Both have. */
  complete: 4,
  resetByClient: 8,
  resetByServer: 16,
  /** Closed by a later one, or so long ago that nobody remembers how. */
  forgotten: 32,
} as const

export const closedStates =
  State.complete | State.resetByClient | State.resetByServer | State.forgotten

/** One stream that the client has begun. What the server said is known up to the last judgement. */
export class ModelStream {
  readonly id: number
  readonly beganAtMs: number
  path = ''
  /** What the call's deadline may be at the soonest. */
  timeoutMs = Number.POSITIVE_INFINITY
  hasClientEnded = false
  hasClientReset = false
  /** As of the last judgement. */
  wasClientReset = false
  hasServerEnded = false
  hasServerReset = false
  /** What the client may still send, and the server, but for the initial window of the latter. */
  receiveWindow: number
  granted = 0
  /** Of the stated length. */
  bodyLeft: number | undefined
  /** The server has sent the headers of the answer. */
  isAnswered = false

  constructor(id: number, { receiveWindow, nowMs }: { receiveWindow: number; nowMs: number }) {
    this.id = id
    this.receiveWindow = receiveWindow
    this.beganAtMs = nowMs
  }

  /** As a client's frame may find it. */
  states(answers: Answers): number {
    const mayHaveEnded = this.hasServerEnded || answers.ended.has(this.id)
    const mayHaveReset = this.hasServerReset || answers.hasReset(this.id)
    let states = 0
    if (mayHaveReset) states |= State.resetByServer
    if (this.hasClientReset) states |= State.resetByClient
    if (this.hasClientEnded && mayHaveEnded) states |= State.complete
    if (this.isClosed) return states
    return states | (this.hasClientEnded ? State.halfClosed : State.open)
  }

  /** As far as is certain. */
  get isClosed(): boolean {
    const isComplete = this.hasClientEnded && this.hasServerEnded
    return isComplete || this.hasClientReset || this.hasServerReset
  }
}
