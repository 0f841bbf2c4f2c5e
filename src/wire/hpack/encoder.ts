import type { Fields } from '../fields.js'
import { encodeHuffman, huffmanLength } from './huffman.js'
import { staticEntriesCount, staticIndexOfField, staticIndexOfName } from './static-table.js'

/**
 * RFC 7541 section 6 without a dynamic table: static entries, and literals that are not indexed.
 * So a block means the same on every connection, and the common ones are encoded once for all.
 */
export function encodeFields(fields: Fields): Buffer {
  return encodeEach(fields, encodeLiteral)
}

/** Section 6.2.1: the same, but fields that are not static entries are put in the peer's table. */
export function encodeTeaching(fields: Fields): Buffer {
  return encodeEach(fields, (name, value) => {
    const index = staticIndexOfName(name)
    const head = encodeInteger(index, 6, 0x40)
    return [head, ...(index > 0 ? [] : [encodeString(name)]), encodeString(value)]
  })
}

/** Section 6.1: the same, for a table in which `taught` has come, in that order, and nothing since. */
export function encodeTaught(fields: Fields, taught: Fields): Buffer {
  return encodeEach(fields, (name, value) => {
    const position = taught.findIndex((_, at) => taught[at] === name && taught[at + 1] === value)
    const age = (taught.length - position) / 2
    return [encodeInteger(staticEntriesCount + age, 7, 0x80)]
  })
}

/** Section 6.3: tells a peer that shrank our table that nothing is, nor will be, in it. */
export const emptiedTable: Uint8Array = Buffer.of(0x20)

type EncodeField = (name: string, value: string) => readonly Uint8Array[]

/** Whole static entries need nothing else, whatever is done with the others. */
function encodeEach(fields: Fields, encode: EncodeField): Buffer {
  const parts: Uint8Array[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    const value = fields[at + 1] ?? ''
    const index = staticIndexOfField(name, value)
    if (index > 0) parts.push(encodeInteger(index, 7, 0x80))
    else parts.push(...encode(name, value))
  }
  return Buffer.concat(parts)
}

function encodeLiteral(name: string, value: string): Uint8Array[] {
  const index = staticIndexOfName(name)
  const head = encodeInteger(index, 4, 0)
  const text = encodeString(value)
  return index > 0 ? [head, text] : [head, encodeString(name), text]
}

/** Section 5.1; `pattern` is what stands in the first octet above the prefix. */
export function encodeInteger(value: number, prefixBits: number, pattern: number): Buffer {
  const prefix = (1 << prefixBits) - 1
  if (value < prefix) return Buffer.of(pattern | value)
  const octets = [pattern | prefix]
  let rest = value - prefix
  for (; rest >= 0x80; rest >>>= 7) octets.push((rest & 0x7f) | 0x80)
  octets.push(rest)
  return Buffer.from(octets)
}

/** Section 5.2: in whichever form is shorter. `text` holds octets, as latin1. */
export function encodeString(text: string): Buffer {
  const length = huffmanLength(text)
  if (length >= text.length) {
    return Buffer.concat([encodeInteger(text.length, 7, 0), Buffer.from(text, 'latin1')])
  }
  return Buffer.concat([encodeInteger(length, 7, 0x80), encodeHuffman(text)])
}
