const placesCount = 256
const bytesMax = 64
const wordBytes = 4
const nothing: Buffer = Buffer.alloc(0)

/**
 * Octets that texts are read out of, one by one and in words. Many messages lie in what was read from a
 * socket at once: the view for words, which costs as much to make as to find some texts, is made once.
 */
export class Source {
  #octets = nothing
  #view = viewOf(nothing)

  get octets(): Buffer {
    return this.#octets
  }

  get view(): DataView {
    return this.#view
  }

  turnTo(octets: Buffer): void {
    if (octets === this.#octets) return
    // What was read holds secrets, and is not kept for longer.
    if (this.#octets === nothing) setImmediate(() => this.#see(nothing))
    this.#see(octets)
  }

  #see(octets: Buffer): void {
    this.#octets = octets
    this.#view = viewOf(octets)
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

/**
 * Texts that were read of late, to be found again by their octets. Messages name the same few things
 * again and again: to find the string that stands for one costs less than to make another, and a string
 * is compared with itself at once.
 */
export class SeenTexts {
  /** Each text has one place: the last one that belongs there is kept. */
  readonly #texts = new Array<string>(placesCount).fill('')
  readonly #octets = new Uint8Array(placesCount * bytesMax)
  readonly #words = new DataView(this.#octets.buffer)

  /** What stands from `start` to before `end`, in memory of its own; `undefined`: it is not all ASCII. */
  read(source: Source, start: number, end: number): string | undefined {
    const { octets } = source
    const length = end - start
    if (length === 0) return ''
    if (length > bytesMax) return asciiText(octets, start, end)
    const place = placeOf(octets, start, end)
    const known = this.#texts[place] ?? ''
    if (known.length === length && this.#isAt(place, source, start, end)) return known
    const text = asciiText(octets, start, end)
    if (text !== undefined) this.#keep(place, text, octets, start)
    return text
  }

  forget(): void {
    this.#texts.fill('')
    this.#octets.fill(0)
  }

  /** Takes as long wherever they differ: some are secrets, and whose they resemble must not be timed. */
  #isAt(place: number, { octets, view }: Source, start: number, end: number): boolean {
    const from = place * bytesMax
    const last = end - wordBytes
    let difference = 0
    if (last < start) {
      for (let at = start; at < end; at++) {
        difference |= (this.#octets[from + at - start] ?? 0) ^ (octets[at] ?? 0)
      }
      return difference === 0
    }
    const words = this.#words
    for (let at = start; at < last; at += wordBytes) {
      difference |= words.getInt32(from + at - start) ^ view.getInt32(at)
    }
    // The last word reaches back into the one before, so that it ends where the text does.
    difference |= words.getInt32(from + last - start) ^ view.getInt32(last)
    return difference === 0
  }

  /** One by one, which for so few is quicker than a view of them. */
  #keep(place: number, text: string, octets: Buffer, start: number): void {
    this.#texts[place] = text
    const known = this.#octets
    const to = place * bytesMax
    for (let at = 0; at < text.length; at++) known[to + at] = octets[start + at] ?? 0
  }
}

/** Texts that differ mostly differ in how they end. */
function placeOf(octets: Buffer, start: number, end: number): number {
  const last = octets[end - 1] ?? 0
  const before = end - start > 1 ? (octets[end - 2] ?? 0) : 0
  return (last * 31 + before + end - start) & (placesCount - 1)
}

function asciiText(octets: Buffer, start: number, end: number): string | undefined {
  let bits = 0
  for (let at = start; at < end; at++) bits |= octets[at] ?? 0
  return bits < 0x80 ? octets.toString('latin1', start, end) : undefined
}
