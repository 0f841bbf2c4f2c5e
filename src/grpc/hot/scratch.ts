/** Room that is written again and again, without anything made for it. */
export class Scratch {
  #octets = new Uint8Array(512)
  /** By length: making one costs more than filling it. */
  #views: Uint8Array[] = []

  atLeast(bytes: number): Uint8Array {
    if (bytes > this.#octets.length) {
      this.#octets = new Uint8Array(2 * bytes)
      this.#views = []
    }
    return this.#octets
  }

  first(bytes: number): Uint8Array {
    this.#views[bytes] ??= this.#octets.subarray(0, bytes)
    return this.#views[bytes]
  }
}
