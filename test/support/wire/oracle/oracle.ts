import { Answers } from './answers.js'
import { ClientModel, type OracleLimits } from './client-model.js'
import { ClientOctets } from './client-octets.js'
import { Grounds, type Moment } from './grounds.js'
import { ackFlag, describe, FrameSplitter, hasFlag, type RawFrame, Type } from './octets.js'
import { ServerModel } from './server-model.js'
import { type Codes, codeSet, nameOf, namesIn, type Verdict } from './verdict.js'

interface Demand {
  readonly frame: RawFrame
  readonly verdict: Verdict
}

/** What the client's frames call for. */
interface Calls {
  readonly demands: Demand[]
  /** With which codes each stream may be reset, once for each frame that gives a reason. */
  readonly permits: Map<number, Codes[]>
}

const linesMax = 400

/**
 * Judges a server by RFC 9113 from nothing but the octets that went each way. Between two judgements
 * the order of the two directions is not known, so the fewer frames lie between them, the narrower
 * what it lets pass.
 */
export class Oracle {
  readonly model: ClientModel
  /** What the server did wrong. */
  readonly problems: string[] = []
  /** How often streams were reset, by code. */
  readonly resetCounts = new Map<number, number>()
  /** The code of the server's last word, once the connection has ended. */
  endedWith: number | undefined
  readonly #server: ServerModel
  readonly #grounds: Grounds
  readonly #client = new ClientOctets()
  readonly #answered = new FrameSplitter()
  readonly #history: string[] = []
  #hasSent = false
  #frames: RawFrame[] = []
  #answers: RawFrame[] = []

  constructor(limits: OracleLimits) {
    this.model = new ClientModel(limits)
    this.#server = new ServerModel(this.model)
    this.#grounds = new Grounds(this.model)
  }

  /** No frame and no header block of the client's has begun and not ended. */
  get isBetweenFrames(): boolean {
    return this.#client.isBetweenFrames
  }

  /** Streams that were answered. */
  get answersCount(): number {
    let count = 0
    for (const { isAnswered } of this.model.streams.values()) if (isAnswered) count += 1
    return count
  }

  /** Of late, for whoever has to understand a problem. */
  get history(): readonly string[] {
    return this.#history
  }

  /** The client sent these octets. */
  sent(octets: Buffer): void {
    this.#hasSent = true
    this.#frames.push(...this.#client.split(octets))
  }

  /** The server sent these. */
  answered(octets: Buffer): void {
    this.#answers.push(...this.#answered.split(octets))
  }

  /** The server has answered that ping, and it was not judged yet. */
  hasHeardPing(payload: Buffer): boolean {
    return this.#answers.some(
      (frame) =>
        frame.type === Type.ping && hasFlag(frame, ackFlag) && frame.payload.equals(payload),
    )
  }

  /** The server has said why it ends, and it was not judged yet. */
  get hasHeardGoaway(): boolean {
    return this.#answers.some(({ type }) => type === Type.goaway)
  }

  /** Handlers have had their time: none runs on for a stream that is closed. */
  settled(): void {
    this.model.stragglers = 0
  }

  judge(moment: Moment): void {
    const frames = this.#frames
    const answers = new Answers(this.#answers)
    this.#frames = []
    this.#answers = []
    if (this.endedWith !== undefined) {
      if (answers.frames.length > 0) this.#problem('a frame after the last')
      return
    }
    this.model.answers = answers
    this.model.nowMs = moment.nowMs
    this.#grounds.begin(this.#hasSent, moment)
    this.#hasSent = false
    const { demands, permits } = this.#judgeClient(frames, answers, moment)
    const isOver = moment.isEnded || moment.isDestroyed
    if (!isOver) for (const demand of demands) this.#requireReset(demand, answers)
    this.#judgeResets(permits, answers, moment)
    this.#judgeTime(answers, moment)
    this.#judgeServer(answers, moment)
    if (!isOver) this.#requireAcknowledgements()
    this.#grounds.end(this.#client.isWaiting, frames.length > 0, moment)
    this.#forget()
  }

  #judgeClient(frames: RawFrame[], answers: Answers, moment: Moment): Calls {
    const lastCode = answers.goaways.at(-1)?.code
    const ending = moment.isEnded ? lastCode : undefined
    const calls: Calls = { demands: [], permits: new Map() }
    let reasons = this.#grounds.mayEnd(moment) | (this.#client.isBad ? codeSet(1) : 0)
    let isDemanded = this.#client.isBad
    for (const frame of frames) {
      const verdict = this.model.frame(frame)
      this.#note(`> ${describe(frame)}`)
      reasons |= verdict.end
      this.#permit(calls, frame, verdict)
      isDemanded = verdict.mustEnd
      if (isDemanded) break
    }
    this.endedWith = ending
    const seen = ending === undefined ? 'it goes on' : nameOf(ending)
    if (ending !== undefined && (codeSet(ending) & reasons) === 0) {
      this.#problem(`the connection ends with ${seen}, permitted: ${namesIn(reasons)}`)
    } else if (isDemanded && ending === undefined && !moment.isDestroyed) {
      this.#problem(`the connection must end with ${namesIn(reasons)}, but: ${seen}`)
    }
    if (moment.isEnded && lastCode === undefined) this.#problem('the connection ends with no word')
    if (lastCode && !moment.isEnded && !moment.isDestroyed) this.#problem('it does not end')
    return calls
  }

  #permit({ permits, demands }: Calls, frame: RawFrame, verdict: Verdict): void {
    if (verdict.reset) {
      permits.set(frame.streamId, [...(permits.get(frame.streamId) ?? []), verdict.reset])
    }
    if (verdict.mustAct && !verdict.mustEnd) demands.push({ frame, verdict })
  }

  #requireReset({ frame, verdict }: Demand, answers: Answers): void {
    const seen = answers.resets.get(frame.streamId) ?? []
    if (seen.some((code) => verdict.reset & codeSet(code))) return
    const names = seen.map(nameOf).join(', ') || 'nothing'
    const wanted = namesIn(verdict.reset)
    this.#problem(`after ${describe(frame)} it must be reset with ${wanted}, but: ${names}`)
  }

  #judgeResets(permits: ReadonlyMap<number, readonly Codes[]>, answers: Answers, moment: Moment) {
    for (const [id, seen] of answers.resets) {
      const own = this.#grounds.mayReset(this.model.streams.get(id), answers, moment)
      const allowed = permits.get(id) ?? []
      const set = allowed.reduce((sum, one) => sum | one, own)
      for (const code of seen) {
        this.resetCounts.set(code, (this.resetCounts.get(code) ?? 0) + 1)
        if ((codeSet(code) & set) !== 0) continue
        this.#problem(`stream ${id} is reset with ${nameOf(code)}, permitted: ${namesIn(set)}`)
      }
      const most = allowed.length + (own === 0 ? 0 : 1)
      if (seen.length > most) this.#problem(`stream ${id} is reset ${seen.length} times`)
    }
  }

  #judgeTime(answers: Answers, moment: Moment): void {
    const { isEnded, isDestroyed } = moment
    if (!isEnded && !isDestroyed && this.#grounds.mustEnd(moment)) {
      this.#problem('a frame takes too long, and the connection goes on')
    }
    const mayDestroy = this.#grounds.mayDestroy(moment, answers.frames.some(isPing))
    if (isDestroyed && !isEnded && !mayDestroy) {
      this.#problem('the connection is torn down without a word')
    }
  }

  #judgeServer(answers: Answers, moment: Moment): void {
    const licence = { mayPing: this.#grounds.mayPing(moment), mayDrain: moment.isDraining }
    for (const frame of answers.frames) {
      this.#note(`< ${describe(frame)}`)
      const problem = this.#server.frame(frame, licence)
      if (problem) this.#problem(problem)
      if (isPing(frame)) this.#grounds.pinged(moment)
    }
    const isHalf = this.#answered.isWaiting || this.#server.isInBlock
    if (isHalf && !moment.isUnderWay) this.#problem('half a frame is sent')
  }

  #requireAcknowledgements(): void {
    const { pendingPings, pendingSettings } = this.model
    if (pendingPings.length > 0) this.#problem(`${pendingPings.length} pings are not answered`)
    if (pendingSettings.length > 0) this.#problem('settings are not acknowledged')
  }

  /** Streams that are closed, now that both sides are known. */
  #forget(): void {
    for (const stream of this.model.open) {
      stream.wasClientReset = stream.hasClientReset
      if (!stream.isClosed) continue
      this.model.open.delete(stream)
      if (this.model.limits.slowPaths.has(stream.path)) this.model.stragglers += 1
    }
  }

  #problem(what: string): void {
    this.problems.push(what)
    this.#note(`! ${what}`)
  }

  #note(line: string): void {
    this.#history.push(line)
    if (this.#history.length > linesMax) this.#history.splice(0, linesMax / 2)
  }
}

function isPing(frame: RawFrame): boolean {
  return frame.type === Type.ping && !hasFlag(frame, ackFlag)
}
