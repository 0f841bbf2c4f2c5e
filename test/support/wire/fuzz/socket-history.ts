import type { Http2Server } from 'node:http2'
import { createWireServer, type WireServer } from '../../../../src/wire/server.js'
import * as f from '../frames.js'
import { Oracle } from '../oracle/oracle.js'
import { TurnedClock } from '../turned-clock.js'
import { behindPaths, bridgeTo } from './behind.js'
import type { Chance } from './chance.js'
import { type ClientEnd, handTurnedEnd, unixEnd } from './client-ends.js'
import { type Finishing, finale } from './finale.js'
import { noticeMs, windowsOf } from './fuzz.js'
import type { Grammar } from './grammar.js'
import { methods, paths, slowPaths } from './methods.js'
import type { Report } from './report.js'
import { drawSettings, type FuzzSettings } from './settings.js'

export interface SocketHistoryDeps {
  readonly name: string
  readonly chance: Chance
  readonly grammar: Grammar
  readonly report: Report
  readonly behind: Http2Server
  /** Where a server may listen; without one, the socket is in memory. */
  readonly socketPath: string | undefined
}

/** Turns of the event loop after which what has not come will not. */
const turnsMax = 20_000
const lingerMs = 1_000
const unlimited = { burst: 1e9, perSecond: 1e9 }

/**
 * One client of a whole server: on a socket, with pauses in which it does not read, and with a bridge
 * to another server for half of its calls. What has come is judged whenever a ping shows that the server
 * has looked at everything.
 */
export class SocketHistory implements Finishing {
  readonly oracle: Oracle
  readonly #deps: SocketHistoryDeps
  readonly #settings: FuzzSettings
  readonly #clock = new TurnedClock()
  readonly #bugs: unknown[] = []
  readonly #server: WireServer
  readonly #bridge
  /** Little memory: whatever the server gives up, it may be for that. */
  readonly #isPoor: boolean
  #end: ClientEnd | undefined
  #heldBytesPeak = 0
  #pings = 0

  constructor(deps: SocketHistoryDeps) {
    const settings = drawSettings(deps.chance)
    this.#deps = deps
    this.#settings = settings
    this.#isPoor = deps.chance.oneIn(4)
    this.#bridge = bridgeTo(deps.behind)
    const bufferedBytesMax = this.#isPoor ? 400_000 : 16_777_216
    this.#server = createWireServer({
      methods,
      fallback: this.#bridge.fallback,
      onPeerGone: this.#bridge.leave,
      clock: this.#clock,
      onBug: (error) => this.#bugs.push(error),
      limits: { ...settings.limits, bufferedBytesMax, leftConnections: unlimited, busyPollMs: 0 },
    })
    const foreignPaths = new Set(behindPaths)
    this.oracle = new Oracle({ ...settings.limits, slowPaths, foreignPaths })
  }

  get heldBytes(): number {
    return this.#server.bufferedBytes
  }

  get isOpen(): boolean {
    return !this.#client.hasEnded && !this.#client.isGone
  }

  async run(): Promise<void> {
    const { chance, grammar } = this.#deps
    const { hostility } = this.#settings
    const windows = windowsOf(this.oracle.model)
    grammar.begin({ hostility, paths: [...paths, ...behindPaths], windows })
    await this.#connect()
    const readings = chance.below(60)
    for (let reading = 0; reading < readings && this.isOpen; reading++) {
      await this.#read()
      if (chance.oneIn(4)) await this.settle()
      if (this.isOpen && chance.oneIn(30)) await this.#pass()
    }
    await this.settle()
    if (this.isOpen) await finale(this)
    await this.#leave()
  }

  /** What the client says; the server looks at it in its own time. */
  send(octets: Buffer): void {
    this.oracle.sent(octets)
    this.#client.say(Buffer.from(octets))
  }

  /** Until the server has looked at everything, or has gone; then all is judged. */
  async settle(): Promise<void> {
    this.#client.setReading(true)
    const isPinged = this.isOpen && this.oracle.isBetweenFrames
    const payload = Buffer.from('....fuzz')
    payload.writeUInt32BE(this.#pings++)
    if (isPinged) this.send(f.ping(payload.toString('latin1')))
    else if (this.isOpen) return
    const isAnswered = () => this.oracle.hasHeardPing(payload)
    await this.#until(() => !this.isOpen || isAnswered(), 'the server hangs')
    if (!this.isOpen) await this.#until(() => this.#client.isGone || this.#client.hasEnded, '')
    this.#judge()
    // For what follows from it: the ping itself is held for a moment.
    for (let turn = 0; turn < 4; turn++) await this.#turn()
  }

  async wait(): Promise<void> {
    this.#clock.pass(noticeMs)
    await this.settle()
  }

  require(isSo: boolean, what: string): void {
    if (isSo) return
    const history = this.oracle.history
      .filter((l) => !l.includes('ping'))
      .slice(-70)
      .join('\n')
    throw new Error(`${this.#deps.name}: ${what}\n${history}`, { cause: this.#bugs[0] })
  }

  get #client(): ClientEnd {
    if (!this.#end) throw new Error('there is no connection yet')
    return this.#end
  }

  async #connect(): Promise<void> {
    const { socketPath, chance } = this.#deps
    if (socketPath) await this.#server.listen({ path: socketPath })
    this.#end = socketPath ? unixEnd(socketPath) : handTurnedEnd(this.#server)
    this.send(Buffer.concat([f.preface, f.settings()]))
    if (chance.oneIn(2)) this.send(f.settings([4, 1_000_000]))
    if (chance.oneIn(2)) this.send(f.windowUpdate(0, 10_000_000))
    await this.settle()
  }

  async #read(): Promise<void> {
    const { chance, grammar } = this.#deps
    if (chance.oneIn(6)) this.#client.setReading(chance.oneIn(2))
    const count = 1 + chance.below(this.#settings.framesPerReading)
    const octets = Buffer.concat(Array.from({ length: count }, () => grammar.frame()))
    for (const piece of chance.cut(octets, 3)) {
      if (this.isOpen) this.send(piece)
      if (chance.oneIn(3)) await this.#turn()
      if (chance.oneIn(8)) this.#client.takeOne()
    }
  }

  /** Only when all is judged: what is due then has no other reason than the time. */
  async #pass(): Promise<void> {
    const { chance } = this.#deps
    await this.settle()
    if (!this.isOpen || !this.oracle.isBetweenFrames) return
    this.#clock.pass(chance.pick([10, 1_000, 20_000, 90_000]))
    await this.settle()
  }

  #judge(): void {
    // Through the kernel, a connection that is torn down looks as if it ended well, but for that word.
    const isEnded = this.#client.hasEnded && this.oracle.hasHeardGoaway
    const moment = {
      nowMs: this.#clock.nowMs(),
      isEnded,
      isDestroyed: !this.isOpen && !isEnded,
      isMemoryRefused: this.#isPoor,
      isUnderWay: !isEnded,
      isDraining: false,
    }
    this.oracle.judge(moment)
    this.oracle.settled()
    this.#require()
  }

  #require(): void {
    const [bug] = this.#bugs
    this.require(bug === undefined, `a mistake of the server's: ${bug}`)
    const [problem] = this.oracle.problems
    this.require(problem === undefined, String(problem))
  }

  async #leave(): Promise<void> {
    const { chance, report } = this.#deps
    this.#client.leave(this.isOpen && chance.oneIn(2))
    await this.#untilGone()
    await this.#until(() => this.heldBytes === 0, 'memory is held for nobody')
    this.#require()
    await this.#server.close(0)
    this.#bridge.close()
    report.add(this.oracle, this.#heldBytesPeak)
  }

  /** Who is left for what it sent last is not read any more: its socket is taken away in a moment. */
  async #untilGone(): Promise<void> {
    const isGone = () => this.#server.connections === 0
    for (let moments = 0; !isGone(); moments++) {
      this.require(moments < 20, 'the connection stays')
      for (let turn = 0; turn < 500 && !isGone(); turn++) await this.#turn()
      this.#clock.pass(lingerMs)
    }
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    for (let turn = 0; !isSo(); turn++) {
      this.require(turn < turnsMax, what)
      await this.#turn()
    }
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#heldBytesPeak = Math.max(this.#heldBytesPeak, this.heldBytes)
    for (const octets of this.#client.received()) this.oracle.answered(octets)
  }
}
