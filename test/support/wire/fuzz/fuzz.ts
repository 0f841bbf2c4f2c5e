import { Slab } from '../../../../src/wire/http2/outbox.js'
import * as f from '../frames.js'
import type { ClientModel } from '../oracle/client-model.js'
import { Oracle } from '../oracle/oracle.js'
import { WirePeer } from '../peer.js'
import { Chance } from './chance.js'
import { type Finishing, finale } from './finale.js'
import { Grammar, type Windows } from './grammar.js'
import { methods, paths, rawEcho, slowPaths } from './methods.js'
import { Report } from './report.js'
import { drawSettings, type FuzzSettings, WatchedBudget } from './settings.js'

/**
 * Frames made by a grammar: mostly what a client may send, with something wrong now and then, in any
 * order, cut into readings of any size. After each reading an oracle judges what became of it.
 */
export async function fuzz(seed: number, framesMax: number): Promise<Report> {
  const report = new Report()
  const chance = new Chance(seed)
  const grammar = new Grammar(chance)
  const slab = new Slab()
  while (report.frames < framesMax) {
    const history = new History({ seed, chance, grammar, slab, report })
    await history.run()
  }
  return report
}

/** In which a server looks again at what it could not get rid of. */
export const noticeMs = 20_000

interface HistoryDeps {
  readonly seed: number
  readonly chance: Chance
  readonly grammar: Grammar
  readonly slab: Slab
  readonly report: Report
}

/** One client from its preface to its end. */
export class History implements Finishing {
  readonly oracle: Oracle
  readonly peer: WirePeer
  readonly budget: WatchedBudget
  readonly #deps: HistoryDeps
  readonly #settings: FuzzSettings
  #isDraining = false

  constructor(deps: HistoryDeps) {
    this.#deps = deps
    const settings = drawSettings(deps.chance)
    this.#settings = settings
    this.budget = new WatchedBudget(settings.budgetBytes)
    this.oracle = new Oracle({ ...settings.limits, slowPaths })
    this.peer = new WirePeer({
      methods,
      fallback: rawEcho,
      slab: deps.slab,
      processBudget: this.budget,
      limits: settings.limits,
      onOctets: (octets) => this.oracle.answered(octets),
    })
  }

  async run(): Promise<void> {
    const { chance, grammar } = this.#deps
    const { hostility } = this.#settings
    grammar.begin({ hostility, paths, windows: windowsOf(this.oracle.model) })
    this.#greet()
    const readings = chance.below(200)
    for (let reading = 0; reading < readings && this.isOpen; reading++) {
      this.#read()
      if (this.isOpen && chance.oneIn(40)) this.#pass(chance.pick([10, 1_000, 20_000, 90_000]))
      if (this.isOpen && chance.oneIn(300)) this.#drain()
      if (this.isOpen && chance.oneIn(15)) await this.settle()
    }
    if (this.isOpen) await finale(this)
    this.#end()
  }

  get heldBytes(): number {
    return this.budget.bytes
  }

  get isOpen(): boolean {
    return !this.peer.isEnded && !this.peer.isDestroyed
  }

  /** In one reading, of which the server makes no more turns than its octets are worth. */
  send(octets: Buffer): void {
    const turnsMax = 4 + Math.ceil(octets.length / 9)
    this.oracle.sent(octets)
    let isMore = this.peer.read(octets)
    for (let turns = 1; isMore; turns++) {
      this.require(turns < turnsMax, 'it never comes to an end')
      isMore = this.peer.turn()
    }
    this.judge()
  }

  async settle(): Promise<void> {
    await this.peer.settle()
    this.judge()
    this.oracle.settled()
  }

  async wait(): Promise<void> {
    this.#pass(noticeMs)
  }

  judge(): void {
    const { nowMs, isEnded, isDestroyed, bugs } = this.peer
    const isMemoryRefused = this.budget.hasRefused()
    const isDraining = this.#isDraining
    this.oracle.judge({ nowMs, isEnded, isDestroyed, isMemoryRefused, isDraining })
    this.require(bugs.length === 0, `a mistake of the server's: ${bugs[0]}`)
    const [problem] = this.oracle.problems
    this.require(problem === undefined, String(problem))
  }

  require(isSo: boolean, what: string): void {
    if (isSo) return
    const { seed, report } = this.#deps
    const where = `seed ${seed}, connection ${report.connections + 1}`
    const history = this.oracle.history.slice(-30).join('\n')
    throw new Error(`${where}: ${what}\n${history}`, { cause: this.peer.bugs[0] })
  }

  #greet(): void {
    const { chance } = this.#deps
    const preface = Buffer.from(f.preface)
    if (this.#settings.hostility > 0 && chance.oneIn(40)) preface[chance.below(24)] = 0
    const isSilent = this.#settings.hostility > 0 && chance.oneIn(40)
    const first = isSilent ? preface : Buffer.concat([preface, f.settings()])
    for (const piece of chance.cut(first, 3)) if (this.isOpen) this.send(piece)
  }

  #read(): void {
    const { chance, grammar } = this.#deps
    const count = 1 + chance.below(this.#settings.framesPerReading)
    const octets = Buffer.concat(Array.from({ length: count }, () => grammar.frame()))
    for (const piece of chance.cut(octets, 3)) {
      if (this.isOpen) this.send(piece)
      if (this.isOpen && chance.oneIn(200)) this.#pass(chance.pick([9_999, 10_001]))
    }
  }

  #pass(ms: number): void {
    this.peer.pass(ms)
    this.judge()
  }

  #drain(): void {
    this.#isDraining = true
    this.peer.connection.drain(this.peer.nowMs)
    this.peer.flush()
    this.judge()
  }

  #end(): void {
    const { peer, budget } = this
    peer.connection.destroy()
    this.require(budget.bytes === 0, `${budget.bytes} octets are still held`)
    this.#deps.report.add(this.oracle, budget.bytesPeak)
  }
}

export function windowsOf(model: ClientModel): Windows {
  return {
    receive: (id) => (id === 0 ? model : model.streams.get(id))?.receiveWindow ?? 0,
    send: (id) => {
      if (id === 0) return model.granted
      return (model.streams.get(id)?.granted ?? 0) + model.settings.windowBytes
    },
  }
}
