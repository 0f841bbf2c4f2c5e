const prefixBytes = 5

/** Follows the messages of a body by their lengths alone, and keeps none of them. */
export class MessageMeter {
  #prefixFilled = 0
  #length = 0
  /** Of the message after its prefix. */
  #filled = 0

  /** Answers how many of the octets lie behind the last end of a message; all, when none ends here. */
  read(octets: Uint8Array): number {
    let behind = octets.length
    for (let at = 0; at < octets.length; ) {
      at = this.#prefixFilled < prefixBytes ? this.#readPrefix(octets, at) : this.#skip(octets, at)
      if (this.#prefixFilled < prefixBytes || this.#filled < this.#length) continue
      this.#prefixFilled = this.#length = this.#filled = 0
      behind = octets.length - at
    }
    return behind
  }

  #readPrefix(octets: Uint8Array, at: number): number {
    // The first is a flag.
    if (this.#prefixFilled > 0) this.#length = this.#length * 256 + (octets[at] ?? 0)
    this.#prefixFilled += 1
    return at + 1
  }

  #skip(octets: Uint8Array, at: number): number {
    const skipped = Math.min(this.#length - this.#filled, octets.length - at)
    this.#filled += skipped
    return at + skipped
  }
}
