import { readHuffman } from './huffman.js'

export type Field = readonly [name: string, value: string]

/** A header block that can be decoded. */
export interface Block {
  readonly fields: readonly Field[]
  /** It goes on, and this server reads no further. */
  readonly isEndless: boolean
  /** RFC 7541 does not forbid it, but a decoder may refuse it. */
  readonly isDoubtful: boolean
  /** The size that the table was given at the beginning of the block, the first time. */
  readonly firstResize: number | undefined
}

/** RFC 7541 appendix A. */
const staticFields: readonly Field[] = (
  ':authority=|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|' +
  ':status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|' +
  'accept-charset=|accept-encoding=gzip, deflate|accept-language=|accept-ranges=|accept=|' +
  'access-control-allow-origin=|age=|allow=|authorization=|cache-control=|content-disposition=|' +
  'content-encoding=|content-language=|content-length=|content-location=|content-range=|' +
  'content-type=|cookie=|date=|etag=|expect=|expires=|from=|host=|if-match=|if-modified-since=|' +
  'if-none-match=|if-range=|if-unmodified-since=|last-modified=|link=|location=|max-forwards=|' +
  'proxy-authenticate=|proxy-authorization=|range=|referer=|refresh=|retry-after=|server=|' +
  'set-cookie=|strict-transport-security=|transfer-encoding=|user-agent=|vary=|via=|' +
  'www-authenticate='
)
  .split('|')
  .map((entry) => {
    const at = entry.indexOf('=')
    return [entry.slice(0, at), entry.slice(at + 1)]
  })

const overhead = 32
/** The limit of this server. */
const fieldsMax = 2_048

/** RFC 7541, a decoder that is easy to read and slow. */
export class HpackReader {
  /** The largest table that the encoder may use. */
  tableBytesMax = 4_096
  #tableBytes = 4_096
  /** The newest first. */
  #table: Field[] = []
  #octets: Buffer = Buffer.alloc(0)
  #at = 0

  /** `undefined` for a block that no decoder may accept: a COMPRESSION_ERROR. */
  read(octets: Buffer): Block | undefined {
    this.#octets = octets
    this.#at = 0
    try {
      return this.#block()
    } catch (error) {
      if (error instanceof Undecodable) return undefined
      throw error
    }
  }

  get tableBytes(): number {
    return this.#tableBytes
  }

  #block(): Block {
    const resizes: number[] = []
    while (this.#at < this.#octets.length && (this.#first & 0xe0) === 0x20) {
      resizes.push(this.#resize())
    }
    const fields: Field[] = []
    while (this.#at < this.#octets.length && fields.length < fieldsMax) fields.push(this.#field())
    const isEndless = this.#at < this.#octets.length
    // Section 4.2 knows a reason for two at the most.
    return { fields, isEndless, isDoubtful: resizes.length > 2, firstResize: resizes[0] }
  }

  get #first(): number {
    return this.#octets[this.#at] ?? 0
  }

  #resize(): number {
    const bytes = this.#integer(5)
    if (bytes > this.tableBytesMax) throw new Undecodable()
    this.#tableBytes = bytes
    this.#evict(0)
    return bytes
  }

  #field(): Field {
    const first = this.#first
    if (first & 0x80) return this.#entry(this.#integer(7))
    if ((first & 0xe0) === 0x20) throw new Undecodable()
    const isIndexed = (first & 0x40) !== 0
    const index = this.#integer(isIndexed ? 6 : 4)
    const name = index === 0 ? this.#string() : this.#entry(index)[0]
    const field: Field = [name, this.#string()]
    if (isIndexed) this.#add(field)
    return field
  }

  #entry(index: number): Field {
    const field =
      index <= staticFields.length
        ? staticFields[index - 1]
        : this.#table[index - staticFields.length - 1]
    if (!field) throw new Undecodable()
    return field
  }

  #add(field: Field): void {
    this.#evict(sizeOf(field))
    if (sizeOf(field) <= this.#tableBytes) this.#table.unshift(field)
  }

  #evict(roomBytes: number): void {
    let bytes = this.#table.reduce((sum, field) => sum + sizeOf(field), 0)
    while (this.#table.length > 0 && bytes + roomBytes > this.#tableBytes) {
      const oldest = this.#table.pop()
      if (oldest) bytes -= sizeOf(oldest)
    }
  }

  /** Section 5.1; the limit of this server is 28 bits after the prefix. */
  #integer(prefixBits: number): number {
    const most = 2 ** prefixBits - 1
    let value = this.#octet() & most
    if (value < most) return value
    for (let power = 1; power < 2 ** 28; power *= 128) {
      const octet = this.#octet()
      value += (octet & 0x7f) * power
      if (octet < 0x80) return value
    }
    throw new Undecodable()
  }

  #octet(): number {
    const octet = this.#octets[this.#at++]
    if (octet === undefined) throw new Undecodable()
    return octet
  }

  #string(): string {
    const isHuffman = (this.#first & 0x80) !== 0
    const length = this.#integer(7)
    const end = this.#at + length
    if (end > this.#octets.length) throw new Undecodable()
    const octets = this.#octets.subarray(this.#at, end)
    this.#at = end
    const text = isHuffman ? readHuffman(octets) : octets.toString('latin1')
    if (text === undefined) throw new Undecodable()
    return text
  }
}

/** Section 4.1. */
function sizeOf([name, value]: Field): number {
  return name.length + value.length + overhead
}

class Undecodable extends Error {}
