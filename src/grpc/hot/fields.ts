/** How many bytes a number takes as a varint; below 2^28. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  return value < 0x20_0000 ? 3 : 4
}

/** Answers where it ends. */
export function writeVarint(to: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 0x80) {
    to[at++] = (rest & 0x7f) | 0x80
    // Shifts know 32 bits, and are quicker than dividing, which longer numbers need.
    rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80)
  }
  to[at++] = rest
  return at
}

/** A field of bytes, text or a message, with its tag and length. */
export function lengthDelimited(tag: number, body: Uint8Array): Uint8Array {
  const field = new Uint8Array(1 + varintBytes(body.length) + body.length)
  field[0] = tag
  field.set(body, writeVarint(field, 1, body.length))
  return field
}
