import type { Schedule } from '../../service/schedule.js'
import type { HotCalls } from './hot-calls.js'
import { RenewedAdmission } from './renewed-admission.js'

/** One call of AuthorizeStream, whichever engine carries it. */
export interface AnswerChannel {
  /** When it answers false, the session is told when there is room again. */
  send(message: Uint8Array): boolean
  pause(): void
  resume(): void
  /** Ends the call: well, or with what went wrong. */
  finish(error?: unknown): void
  leftMs(): number
  /** As `HotCaller.admit`. */
  admit(): undefined | Promise<void>
}

export interface StreamSessionDeps {
  readonly hot: Pick<HotCalls, 'authorizeStreamed'>
  readonly schedule: Schedule
}

/** Questions of one call that wait for the store; more are not read before some are answered. */
const waitingMax = 1_000

/** Answers each question as soon as it can be, and reads no faster than it is read. */
export class StreamSession {
  readonly #hot: StreamSessionDeps['hot']
  readonly #channel: AnswerChannel
  readonly #admission: RenewedAdmission
  #isAdmitting = false
  #waiting = 0
  #hasRoom = true
  #isPaused = false
  #isEnded = false
  #isFinished = false

  constructor({ hot, schedule }: StreamSessionDeps, channel: AnswerChannel) {
    this.#hot = hot
    this.#channel = channel
    this.#admission = new RenewedAdmission(() => channel.admit(), schedule)
  }

  /** The caller was admitted, before the first message. */
  begin(): void {
    if (!this.#isFinished) this.#admission.begin()
  }

  /** `message` is good during the call only. */
  message(message: Buffer): void {
    this.messageInPlace(message, 0, message.length)
  }

  /** The same; the message is from `start` to before `end` of `octets`. */
  messageInPlace(octets: Buffer, start: number, end: number): void {
    if (this.#isFinished) return
    try {
      const admission = this.#admission.renew()
      if (admission) this.#await(this.#answerAfter(admission, octets.subarray(start, end)))
      else this.#answer(octets, start, end)
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
    this.#admission.end()
  }

  #answer(octets: Buffer, start: number, end: number): void {
    const answer = this.#hot.authorizeStreamed(octets, start, end, this.#channel)
    if (answer instanceof Uint8Array) this.#send(answer)
    else this.#await(answer)
  }

  /** Questions that follow wait too: nobody is answered who may not be admitted any more. */
  async #answerAfter(admission: Promise<void>, octets: Buffer): Promise<Uint8Array> {
    const message = Buffer.from(octets)
    this.#isAdmitting = true
    this.#pause()
    await admission
    this.#isAdmitting = false
    const answer = this.#hot.authorizeStreamed(message, 0, message.length, this.#channel)
    // Good until the next one only, which may come before this one is sent.
    return answer instanceof Uint8Array ? Buffer.from(answer) : answer
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
    if (!this.#isPaused || !this.#hasRoom || this.#isAdmitting) return
    if (this.#waiting >= waitingMax / 2) return
    this.#isPaused = false
    this.#channel.resume()
  }

  #endIfDone(): void {
    if (this.#isEnded && this.#waiting === 0) this.#finish()
  }

  #finish(error?: unknown): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#admission.end()
    this.#channel.finish(error)
  }
}
