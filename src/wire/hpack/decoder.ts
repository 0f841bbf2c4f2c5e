import { DynamicTable, entryOverhead } from './dynamic-table.js'
import { HpackError, TooManyFields } from './hpack-error.js'
import { decodeHuffman } from './huffman.js'
import { staticEntriesCount, staticName, staticValue } from './static-table.js'

/** Read of a block, though its list is too large by far: each may cost as much as a small call. */
const fieldsReadMax = 2_048

export interface HeaderListLimits {
  /** As RFC 9113 section 10.5.1 counts: names, values, and 32 for each field. */
  readonly listBytesMax: number
  readonly fieldsMax: number
}

/** A decoded header block. */
export interface HeaderList {
  readonly fields: string[]
  /** The list went past a limit: the fields end before that, the block was read to its end. */
  readonly isTooLarge: boolean
}

/**
 * RFC 7541 sections 3 and 6: header blocks to header lists. The table lives as long as the
 * connection, so every block must come through here, also those of refused requests. Throws
 * `HpackError` and `TooManyFields`; nothing can be decoded after either.
 */
export class HpackDecoder {
  readonly #table: DynamicTable
  readonly #limits: HeaderListLimits
  #octets: Uint8Array = Buffer.alloc(0)
  #at = 0
  #end = 0
  #fields: string[] = []
  #listBytes = 0
  #isTooLarge = false

  constructor(limits: HeaderListLimits, tableBytesMax = 4_096) {
    this.#limits = limits
    this.#table = new DynamicTable(tableBytesMax)
  }

  /** Two equal blocks mean the same when this is the same before both and after the first. */
  get tableVersion(): number {
    return this.#table.version
  }

  decode(block: Uint8Array, start = 0, end = block.length): HeaderList {
    this.#octets = block
    this.#at = start
    this.#end = end
    this.#fields = []
    this.#listBytes = 0
    this.#isTooLarge = false
    this.#readSizeUpdates()
    for (let fields = 0; this.#at < end; fields++) {
      if (fields === fieldsReadMax) throw new TooManyFields(`more than ${fieldsReadMax} fields`)
      this.#readField()
    }
    return { fields: this.#fields, isTooLarge: this.#isTooLarge }
  }

  /** Section 4.2: at the beginning of a block, and at most two, the smallest and the last. */
  #readSizeUpdates(): void {
    for (let updates = 0; this.#at < this.#end; updates++) {
      if (((this.#octets[this.#at] ?? 0) & 0xe0) !== 0x20) return
      if (updates === 2) throw new HpackError('the table is resized again and again')
      this.#table.resize(this.#readInteger(5))
    }
  }

  #readField(): void {
    const first = this.#octets[this.#at] ?? 0
    if (first & 0x80) {
      const index = this.#readInteger(7)
      this.#collect(this.#nameAt(index), this.#valueAt(index))
      return
    }
    const isIndexed = (first & 0x40) !== 0
    if (!isIndexed && first & 0x20) throw new HpackError('the table is resized within a block')
    const index = this.#readInteger(isIndexed ? 6 : 4)
    const name = index === 0 ? this.#readString() : this.#nameAt(index)
    const value = this.#readString()
    if (isIndexed) this.#table.add(name, value)
    this.#collect(name, value)
  }

  #collect(name: string, value: string): void {
    this.#listBytes += name.length + value.length + entryOverhead
    const { listBytesMax, fieldsMax } = this.#limits
    if (this.#listBytes > listBytesMax || this.#fields.length >= fieldsMax * 2) {
      this.#isTooLarge = true
    }
    if (!this.#isTooLarge) this.#fields.push(name, value)
  }

  /** Section 2.3.3: one address space, first the static table, then the newest dynamic entry. */
  #nameAt(index: number): string {
    if (index <= staticEntriesCount) return staticName(this.#known(index))
    return this.#table.name(this.#known(index) - staticEntriesCount - 1)
  }

  #valueAt(index: number): string {
    if (index <= staticEntriesCount) return staticValue(this.#known(index))
    return this.#table.value(this.#known(index) - staticEntriesCount - 1)
  }

  #known(index: number): number {
    if (index === 0 || index > staticEntriesCount + this.#table.count) {
      throw new HpackError('no entry has that index')
    }
    return index
  }

  /** Section 5.1. More than 28 bits name nothing that is allowed here, zeros included. */
  #readInteger(prefixBits: number): number {
    const prefix = (1 << prefixBits) - 1
    let value = (this.#octets[this.#at++] ?? 0) & prefix
    if (value < prefix) return value
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.#at >= this.#end) throw new HpackError('an integer is cut off')
      const octet = this.#octets[this.#at++] ?? 0
      value += (octet & 0x7f) << shift
      if (octet < 0x80) return value
    }
    throw new HpackError('an integer is too large')
  }

  /** Section 5.2. */
  #readString(): string {
    if (this.#at >= this.#end) throw new HpackError('a string is missing')
    const isHuffman = ((this.#octets[this.#at] ?? 0) & 0x80) !== 0
    const length = this.#readInteger(7)
    const start = this.#at
    if (length > this.#end - start) throw new HpackError('a string is cut off')
    this.#at += length
    if (isHuffman) return decodeHuffman(this.#octets, start, this.#at)
    return latin1(this.#octets, start, this.#at)
  }
}

function latin1(octets: Uint8Array, start: number, end: number): string {
  if (Buffer.isBuffer(octets)) return octets.toString('latin1', start, end)
  return Buffer.from(octets.buffer, octets.byteOffset + start, end - start).toString('latin1')
}
