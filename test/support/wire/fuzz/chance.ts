/** Mulberry32: small, and the same everywhere. One seed is one history. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  oneIn(chances: number): boolean {
    return this.below(chances) === 0
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  /** At most `pieces` of them, with nothing missing. */
  cut(octets: Buffer, pieces: number): Buffer[] {
    const ends = Array.from({ length: this.below(pieces) }, () => this.below(octets.length + 1))
    const bounds = [0, ...ends.sort((one, other) => one - other), octets.length]
    return bounds.slice(1).map((end, index) => octets.subarray(bounds[index], end))
  }
}
