import { PerformanceObserver } from 'node:perf_hooks'

/** How long the event loop was held when it was, milliseconds. */
export interface Turns {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** The same without what V8's collector took of it. */
  readonly ownP999Ms: number
  readonly ownMaxMs: number
}

/** A round of the loop that takes less did nothing, or next to nothing. */
const idleMs = 0.05

interface Round {
  readonly endMs: number
  readonly wallMs: number
  readonly heldMs: number
}

/**
 * Measures each round of this process's event loop, from one `setImmediate` to the next. The loop never
 * sleeps while it is measured. What counts is the time that passed, or the CPU time of the process if
 * that is less: then somebody else had the core.
 */
export class TurnMeter {
  #rounds: Round[] = []
  #collections: { readonly startTime: number; readonly duration: number }[] = []
  readonly #observer = new PerformanceObserver((list) =>
    this.#collections.push(...list.getEntries()),
  )
  #isOn = false

  begin(): void {
    this.#rounds = []
    this.#collections = []
    this.#observer.observe({ entryTypes: ['gc'] })
    this.#isOn = true
    let before = moment()
    const turn = () => {
      const now = moment()
      const wallMs = now.wallMs - before.wallMs
      const heldMs = Math.min(wallMs, now.cpuMs - before.cpuMs)
      if (heldMs > idleMs) this.#rounds.push({ endMs: now.wallMs, wallMs, heldMs })
      before = now
      if (this.#isOn) setImmediate(turn)
    }
    setImmediate(turn)
  }

  end(): Turns {
    this.#isOn = false
    this.#collections.push(...this.#observer.takeRecords())
    this.#observer.disconnect()
    const held = quantiles(this.#rounds.map(({ heldMs }) => heldMs))
    const own = quantiles(this.#withoutCollections())
    return {
      count: this.#rounds.length,
      ...{ p50Ms: held(0.5), p99Ms: held(0.99), p999Ms: held(0.999), maxMs: held(1) },
      ...{ ownP999Ms: own(0.999), ownMaxMs: own(1) },
    }
  }

  /** Both lists are in the order of time. */
  #withoutCollections(): number[] {
    let at = 0
    return this.#rounds.map(({ endMs, wallMs, heldMs }) => {
      let collectedMs = 0
      for (; (this.#collections[at]?.startTime ?? Number.POSITIVE_INFINITY) < endMs; at++) {
        const { startTime = 0, duration = 0 } = this.#collections[at] ?? {}
        if (startTime >= endMs - wallMs) collectedMs += duration
      }
      return Math.max(0, heldMs - collectedMs)
    })
  }
}

function quantiles(values: readonly number[]): (share: number) => number {
  const sorted = Float64Array.from(values).sort()
  return (share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function moment() {
  const { user, system } = process.cpuUsage()
  return { wallMs: performance.now(), cpuMs: (user + system) / 1_000 }
}
