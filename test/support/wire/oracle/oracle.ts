import { Answers } from './answers.js'
import { ClientModel, type OracleLimits } from './client-model.js'
import type { ModelStream } from './model-stream.js'
import { ackFlag, describe, FrameSplitter, hasFlag, type RawFrame, Type } from './octets.js'
import { type Licence, ServerModel } from './server-model.js'
import { type Codes, codeSet, codes, nameOf, namesIn, type Verdict } from './verdict.js'

/** How things stand when the oracle is asked. */
export interface Moment {
  readonly nowMs: number
  /** The server has closed its side, or torn the connection down. */
  readonly isEnded: boolean
  readonly isDestroyed: boolean
  /** A limit of memory was reached since the last judgement. */
  readonly isMemoryRefused: boolean
  /** The server was told to finish with this connection. */
  readonly isDraining: boolean
}

interface Demand {
  readonly frame: RawFrame
  readonly verdict: Verdict
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/**
 * Judges a server by RFC 9113 from nothing but the octets that went each way. Between two judgements
 * the order of the two directions is not known, so the fewer frames lie between them, the narrower
 * what it lets pass.
 */
export class Oracle {
  readonly model: ClientModel
  /** What the server did wrong. */
  readonly problems: string[] = []
  readonly #server: ServerModel
  readonly #sent = new FrameSplitter()
  readonly #answered = new FrameSplitter()
  readonly #history: string[] = []
  readonly #resetCounts = new Map<number, number>()
  #prefaceBytes = 0
  #isBadPreface = false
  #frames: RawFrame[] = []
  #answers: RawFrame[] = []
  #sentAtMs = 0
  #pingedAtMs = Number.POSITIVE_INFINITY
  #hasSent = false
  #partialSinceMs: number | undefined = 0
  #endedWith: number | undefined

  constructor(limits: OracleLimits) {
    this.model = new ClientModel(limits)
    this.#server = new ServerModel(this.model)
  }

  /** The code of the server's last word, once the connection has ended. */
  get endedWith(): number | undefined {
    return this.#endedWith
  }

  /** No frame and no header block of the client's has begun and not ended. */
  get isBetweenFrames(): boolean {
    return this.model.isGreeted && !this.model.blocks.isOpen && !this.#sent.isWaiting
  }

  /** Streams that were answered. */
  get answersCount(): number {
    let count = 0
    for (const { isAnswered } of this.model.streams.values()) if (isAnswered) count += 1
    return count
  }

  /** How often streams were reset, by code. */
  get resetCounts(): ReadonlyMap<number, number> {
    return this.#resetCounts
  }

  /** Of late, for whoever has to understand a problem. */
  get history(): readonly string[] {
    return this.#history
  }

  /** The client sent these octets. */
  sent(octets: Buffer): void {
    this.#hasSent = true
    const bytes = Math.min(octets.length, preface.length - this.#prefaceBytes)
    const expected = preface.subarray(this.#prefaceBytes, this.#prefaceBytes + bytes)
    if (!octets.subarray(0, bytes).equals(expected)) this.#isBadPreface = true
    this.#prefaceBytes += bytes
    if (!this.#isBadPreface) this.#frames.push(...this.#sent.split(octets.subarray(bytes)))
  }

  /** The server sent these. */
  answered(octets: Buffer): void {
    this.#answers.push(...this.#answered.split(octets))
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
    this.model.answers = answers
    this.model.nowMs = moment.nowMs
    if (this.#hasSent) this.#sentAtMs = moment.nowMs
    this.#hasSent = false
    const demands = this.#judgeClient(frames, answers, moment)
    if (!moment.isEnded) for (const demand of demands) this.#requireReset(demand, answers)
    this.#judgeServer(answers, moment)
    if (!moment.isEnded && !moment.isDestroyed) this.#requireAcknowledgements()
    this.#notePartial(frames.length > 0, moment)
    this.#remember()
  }

  #judgeClient(frames: RawFrame[], answers: Answers, moment: Moment): Demand[] {
    const ending = moment.isEnded ? answers.goaways.at(-1)?.code : undefined
    const demands: Demand[] = []
    const permits = new Map<number, Codes[]>()
    let isExplained = ending !== undefined && this.#mayEndUnasked(ending, moment)
    for (const frame of frames) {
      const verdict = this.model.frame(frame)
      this.#note(`> ${describe(frame)}`)
      if (ending !== undefined && verdict.end & codeSet(ending)) isExplained = true
      if (verdict.reset) {
        permits.set(frame.streamId, [...(permits.get(frame.streamId) ?? []), verdict.reset])
      }
      if (verdict.mustEnd) {
        this.#requireEnd(`after ${describe(frame)}`, verdict, { ending, isExplained, moment })
        break
      }
      if (verdict.mustAct) demands.push({ frame, verdict })
    }
    if (this.#isBadPreface && ending !== 1) this.#problem('a wrong preface is let pass')
    else if (ending !== undefined && !isExplained && !this.#isBadPreface) {
      this.#problem(`the connection ends with ${nameOf(ending)} for no reason`)
    }
    this.#judgeResets(permits, answers, moment)
    this.#judgeDestruction(answers, moment)
    this.#endedWith = ending
    return demands
  }

  #requireEnd(
    when: string,
    { end }: Verdict,
    is: { ending: number | undefined; isExplained: boolean; moment: Moment },
  ): void {
    if (is.isExplained || is.moment.isDestroyed) return
    const seen = is.ending === undefined ? 'it goes on' : nameOf(is.ending)
    this.#problem(`${when} the connection must end with ${namesIn(end)}, but: ${seen}`)
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
      const own = this.#mayResetUnasked(this.model.streams.get(id), answers, moment)
      const allowed = permits.get(id) ?? []
      const set = allowed.reduce((sum, one) => sum | one, own)
      for (const code of seen) {
        this.#resetCounts.set(code, (this.#resetCounts.get(code) ?? 0) + 1)
        if ((codeSet(code) & set) !== 0) continue
        this.#problem(`stream ${id} is reset with ${nameOf(code)}, permitted: ${namesIn(set)}`)
      }
      const most = allowed.length + (own === 0 ? 0 : 1)
      if (seen.length > most) this.#problem(`stream ${id} is reset ${seen.length} times`)
    }
  }

  /** Why a stream may end that did nothing wrong. */
  #mayResetUnasked(stream: ModelStream | undefined, answers: Answers, moment: Moment): Codes {
    if (!stream || !this.model.open.has(stream)) return 0
    let own = 0
    // Section 8.1: the answer is complete, and the rest of the request is not wanted.
    if (answers.ended.has(stream.id)) own |= codes('NO_ERROR')
    const ageMs = moment.nowMs - stream.beganAtMs
    const { sendStallMs } = this.model.limits
    if (ageMs > 0 && ageMs >= Math.min(stream.timeoutMs, sendStallMs)) own |= codes('CANCEL')
    if (moment.isMemoryRefused) own |= codes('ENHANCE_YOUR_CALM')
    return own
  }

  #mayEndUnasked(code: number, moment: Moment): boolean {
    const calm = moment.isMemoryRefused || this.#stalledMs(moment) >= this.model.limits.handshakeMs
    const set =
      (calm ? codes('ENHANCE_YOUR_CALM') : 0) | (moment.isDraining ? codes('NO_ERROR') : 0)
    return (codeSet(code) & set) !== 0
  }

  #stalledMs({ nowMs }: Moment): number {
    return this.#partialSinceMs === undefined ? 0 : nowMs - this.#partialSinceMs
  }

  /** Without a word only from a client that gave no sign of life, or that has been told. */
  #judgeDestruction(answers: Answers, moment: Moment): void {
    const { handshakeMs, keepaliveMs, keepaliveTimeoutMs } = this.model.limits
    const isStalled = this.#stalledMs(moment) > handshakeMs
    if (isStalled && !moment.isEnded && !moment.isDestroyed) {
      this.#problem('a frame takes too long, and the connection goes on')
    }
    if (!moment.isDestroyed || moment.isEnded) return
    const hasAsked = answers.frames.some(isPing)
    const soonestMs = this.#sentAtMs + keepaliveMs
    const askedAtMs = hasAsked ? soonestMs : Math.max(this.#pingedAtMs, this.#sentAtMs)
    if (moment.nowMs - askedAtMs >= keepaliveTimeoutMs) return
    this.#problem('the connection is torn down without a word')
  }

  #judgeServer(answers: Answers, moment: Moment): void {
    const hasTimePassed = moment.nowMs > this.#sentAtMs
    const licence: Licence = {
      mayPing: hasTimePassed || moment.isDraining,
      mayDrain: moment.isDraining,
    }
    for (const frame of answers.frames) {
      this.#note(`< ${describe(frame)}`)
      const problem = this.#server.frame(frame, licence)
      if (problem) this.#problem(problem)
      if (isPing(frame)) this.#pingedAtMs = moment.nowMs
    }
    if (this.#answered.isWaiting || this.#server.isInBlock) this.#problem('half a frame is sent')
  }

  #requireAcknowledgements(): void {
    const { pendingPings, pendingSettings } = this.model
    if (pendingPings.length > 0) this.#problem(`${pendingPings.length} pings are not answered`)
    if (pendingSettings.length > 0) this.#problem('settings are not acknowledged')
  }

  /** Since when a frame or a header block has begun and not ended. */
  #notePartial(hasFrames: boolean, { nowMs }: Moment): void {
    const isOpen = this.model.blocks.isOpen
    const isPartial = !this.model.isGreeted || isOpen || this.#sent.isWaiting
    if (!isPartial) this.#partialSinceMs = undefined
    else if (this.model.isGreeted && hasFrames && !isOpen) this.#partialSinceMs = nowMs
    else this.#partialSinceMs ??= nowMs
  }

  #remember(): void {
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
    if (this.#history.length > 200) this.#history.splice(0, 100)
  }
}

function isPing(frame: RawFrame): boolean {
  return frame.type === Type.ping && !hasFlag(frame, ackFlag)
}
