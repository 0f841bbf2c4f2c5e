import type { HotCalls } from './hot-calls.js'

/** One call of AuthorizeStream, whichever engine carries it. */
export interface AnswerChannel {
  /** When it answers false, the session is told when there is room again. */
  send(message: Uint8Array): boolean
  pause(): void
  resume(): void
  /** Ends the call: well, or with what went wrong. */
  finish(error?: unknown): void
  leftMs(): number
}

/** Questions of one call that wait for the store; more are not read before some are answered. */
const waitingMax = 1_000

/** Answers each question as soon as it can be, and reads no faster than it is read. */
export class StreamSession {
  readonly #hot: HotCalls
  readonly #channel: AnswerChannel
  #waiting = 0
  #hasRoom = true
  #isPaused = false
  #isEnded = false
  #isFinished = false

  constructor(hot: HotCalls, channel: AnswerChannel) {
    this.#hot = hot
    this.#channel = channel
  }

  /** `message` is good during the call only. */
  message(message: Buffer): void {
    if (this.#isFinished) return
    try {
      const answer = this.#hot.authorizeStreamed(message, this.#channel.leftMs())
      if (answer instanceof Uint8Array) this.#send(answer)
      else this.#await(answer)
    } catch (error) {
      this.#finish(error)
    }
  }

  /** There is room again. */
  drain(): void {
    this.#hasRoom = true
    this.#goOn()
  }

  /** No more questions come. */
  end(): void {
    this.#isEnded = true
    this.#endIfDone()
  }

  /** Nobody listens any more. */
  cancel(): void {
    this.#isFinished = true
  }

  #await(answer: Promise<Uint8Array>): void {
    this.#waiting += 1
    if (this.#waiting >= waitingMax) this.#pause()
    answer
      .then(
        (message) => this.#send(message),
        (error: unknown) => this.#finish(error),
      )
      .finally(() => {
        this.#waiting -= 1
        this.#goOn()
        this.#endIfDone()
      })
  }

  #send(message: Uint8Array): void {
    if (this.#isFinished || this.#channel.send(message)) return
    this.#hasRoom = false
    this.#pause()
  }

  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#channel.pause()
  }

  #goOn(): void {
    if (!this.#isPaused || !this.#hasRoom || this.#waiting >= waitingMax / 2) return
    this.#isPaused = false
    this.#channel.resume()
  }

  #endIfDone(): void {
    if (this.#isEnded && this.#waiting === 0) this.#finish()
  }

  #finish(error?: unknown): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#channel.finish(error)
  }
}
