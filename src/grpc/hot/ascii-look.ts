const highBits = 0x80808080
const nothing: Buffer = Buffer.alloc(0)

/**
 * Looks whether octets are ASCII, four at a time and where they lie: Node's own look needs a view of
 * each message, and making that costs more than looking.
 */
export class AsciiLook {
  #octets = nothing
  #words: Int32Array = new Int32Array()
  /** Of `#octets` within the first of its words. */
  #offset = 0

  isAscii(octets: Buffer, start: number, end: number): boolean {
    if (octets !== this.#octets) this.#turnTo(octets)
    const words = this.#words
    const offset = this.#offset
    const wordsStart = (offset + start + 3) >> 2
    const wordsEnd = (offset + end) >> 2
    if (wordsStart >= wordsEnd) return areAscii(octets, start, end)
    let bits = 0
    for (let at = wordsStart; at < wordsEnd; at++) bits |= words[at] ?? 0
    if ((bits & highBits) !== 0) return false
    return (
      areAscii(octets, start, wordsStart * 4 - offset) &&
      areAscii(octets, wordsEnd * 4 - offset, end)
    )
  }

  /** Messages come many to a reading. What was read holds secrets, and is not kept for longer. */
  #turnTo(octets: Buffer): void {
    if (this.#octets === nothing) process.nextTick(() => this.#forget())
    const { buffer, byteOffset, length } = octets
    this.#octets = octets
    this.#offset = byteOffset & 3
    this.#words = new Int32Array(buffer, byteOffset - this.#offset, (this.#offset + length) >> 2)
  }

  #forget(): void {
    this.#octets = nothing
    this.#words = new Int32Array()
  }
}

function areAscii(octets: Buffer, start: number, end: number): boolean {
  let bits = 0
  for (let at = start; at < end; at++) bits |= octets[at] ?? 0
  return bits < 0x80
}
