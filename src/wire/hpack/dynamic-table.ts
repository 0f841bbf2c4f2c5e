import { HpackError } from './hpack-error.js'

/** RFC 7541 section 4.1: what an entry counts for beyond its octets. */
export const entryOverhead = 32

/**
 * RFC 7541 sections 2.3.2 and 4: first in, first out, of bounded size. A ring, so that neither
 * adding nor evicting moves what is in it.
 */
export class DynamicTable {
  /** Grows with each change: whoever remembers something about the table can see that it is old. */
  version = 0
  readonly #limit: number
  readonly #mask: number
  readonly #names: string[]
  readonly #values: string[]
  #newest = 0
  #count = 0
  #size = 0
  #sizeMax: number

  /** `limit` is what this side announced, or the 4,096 that hold without. */
  constructor(limit: number) {
    this.#limit = limit
    this.#sizeMax = limit
    const capacity = 2 ** Math.ceil(Math.log2(Math.floor(limit / entryOverhead) + 1))
    this.#mask = capacity - 1
    this.#names = Array<string>(capacity).fill('')
    this.#values = Array<string>(capacity).fill('')
  }

  get count(): number {
    return this.#count
  }

  get size(): number {
    return this.#size
  }

  /** `position` counts from 0, the newest, and is below `count`. */
  name(position: number): string {
    return this.#names[(this.#newest - position) & this.#mask] ?? ''
  }

  value(position: number): string {
    return this.#values[(this.#newest - position) & this.#mask] ?? ''
  }

  /** An entry that is larger than the whole table empties it, and is not an error (section 4.4). */
  add(name: string, value: string): void {
    this.version += 1
    const size = name.length + value.length + entryOverhead
    this.#evictDownTo(this.#sizeMax - size)
    if (size > this.#sizeMax) return
    this.#newest = (this.#newest + 1) & this.#mask
    this.#names[this.#newest] = name
    this.#values[this.#newest] = value
    this.#count += 1
    this.#size += size
  }

  /** Section 6.3; throws `HpackError` for more than was announced. */
  resize(sizeMax: number): void {
    if (sizeMax > this.#limit) throw new HpackError('the table is made larger than was allowed')
    this.version += 1
    this.#sizeMax = sizeMax
    this.#evictDownTo(sizeMax)
  }

  #evictDownTo(size: number): void {
    while (this.#size > size && this.#count > 0) {
      const oldest = (this.#newest - this.#count + 1) & this.#mask
      this.#size -= sizeOf(this.#names[oldest], this.#values[oldest])
      this.#names[oldest] = ''
      this.#values[oldest] = ''
      this.#count -= 1
    }
  }
}

function sizeOf(name = '', value = ''): number {
  return name.length + value.length + entryOverhead
}
