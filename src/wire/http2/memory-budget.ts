/** Octets that peers have made this process hold, and the most that they may. */
export class MemoryBudget {
  readonly #bytesMax: number
  readonly #parent: MemoryBudget | undefined
  #bytes = 0

  /** What is taken here is taken from `parent` too: a connection's from its process's. */
  constructor(bytesMax: number, parent?: MemoryBudget) {
    this.#bytesMax = bytesMax
    this.#parent = parent
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Takes all or, answering false, nothing. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false
    if (this.#parent && !this.#parent.take(bytes)) return false
    this.#bytes += bytes
    return true
  }

  give(bytes: number): void {
    this.#bytes -= bytes
    this.#parent?.give(bytes)
  }
}

/** What one holder has of a budget, and changes as it goes. */
export class MemoryShare {
  readonly #budget: MemoryBudget
  #bytes = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Holds `bytes` from now on; or, answering false, what it held before. Less is always granted. */
  resize(bytes: number): boolean {
    const more = bytes - this.#bytes
    if (more > 0 && !this.#budget.take(more)) return false
    if (more < 0) this.#budget.give(-more)
    this.#bytes = bytes
    return true
  }
}
