import type { HeaderList, HpackDecoder } from '../hpack/decoder.js'
import type { HeaderBlock } from './header-block.js'

const entriesMax = 8
const blockBytesMax = 1_024

interface Entry<Head> {
  readonly block: Buffer
  readonly head: Head
}

/**
 * What the last few header blocks of a connection meant. A client that asks the same again sends the
 * same octets, and as long as the dynamic table is the same they mean the same: such a request is
 * neither decoded nor judged anew.
 */
export class HeadCache<Head> {
  readonly #decoder: HpackDecoder
  readonly #read: (list: HeaderList) => Head
  readonly #entries: Entry<Head>[] = []
  #tableVersion = 0
  #replaced = 0

  constructor(decoder: HpackDecoder, read: (list: HeaderList) => Head) {
    this.#decoder = decoder
    this.#read = read
  }

  head(block: HeaderBlock): Head {
    const { tableVersion } = this.#decoder
    if (tableVersion === this.#tableVersion) {
      for (const entry of this.#entries) {
        if (isSame(entry.block, block)) return entry.head
      }
    } else {
      this.#entries.length = this.#replaced = 0
      this.#tableVersion = tableVersion
    }
    return this.#decode(block)
  }

  #decode({ octets, start, end }: HeaderBlock): Head {
    const head = this.#read(this.#decoder.decode(octets, start, end))
    // What changed the table would be forgotten at the next look: it is not worth a copy.
    if (this.#decoder.tableVersion !== this.#tableVersion) return head
    if (end - start > blockBytesMax) return head
    const entry = { block: Buffer.from(octets.subarray(start, end)), head }
    this.#entries[this.#replaced++ % entriesMax] = entry
    return head
  }
}

/** By hand, because blocks are a few octets long and a call into the platform costs more. */
function isSame(known: Buffer, { octets, start, end }: HeaderBlock): boolean {
  const length = end - start
  if (known.length !== length) return false
  for (let at = 0; at < length; at++) {
    if (known[at] !== octets[start + at]) return false
  }
  return true
}
