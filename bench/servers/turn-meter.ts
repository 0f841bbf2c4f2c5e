/** How long the event loop was held when it was, milliseconds. */
export interface Turns {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

/** A round of the loop that takes less did nothing, or next to nothing. */
const idleMs = 0.05

/**
 * Measures each round of this process's event loop, from one `setImmediate` to the next: nobody else is
 * answered for as long. The loop never sleeps while it is measured. What counts is the time that passed,
 * or the CPU time of the process if that is less: then somebody else had the core.
 */
export class TurnMeter {
  #gapsMs: number[] = []
  #isOn = false

  begin(): void {
    this.#gapsMs = []
    this.#isOn = true
    let before = moment()
    const turn = () => {
      const now = moment()
      const heldMs = Math.min(now.wallMs - before.wallMs, now.cpuMs - before.cpuMs)
      if (heldMs > idleMs) this.#gapsMs.push(heldMs)
      before = now
      if (this.#isOn) setImmediate(turn)
    }
    setImmediate(turn)
  }

  end(): Turns {
    this.#isOn = false
    const sorted = Float64Array.from(this.#gapsMs).sort()
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
    return {
      count: sorted.length,
      ...{ p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999), maxMs: at(1) },
    }
  }
}

function moment() {
  const { user, system } = process.cpuUsage()
  return { wallMs: performance.now(), cpuMs: (user + system) / 1_000 }
}
