/** Numbers in network order at a place that the caller knows to be inside `octets`. */

export function uint16At(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)
}

export function uint24At(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 16) | ((octets[at + 1] ?? 0) << 8) | (octets[at + 2] ?? 0)
}

export function uint32At(octets: Uint8Array, at: number): number {
  return (octets[at] ?? 0) * 0x1000000 + uint24At(octets, at + 1)
}

/** 31 bits: HTTP/2 reserves the first bit of its identifiers and increments, and has it ignored. */
export function uint31At(octets: Uint8Array, at: number): number {
  return (((octets[at] ?? 0) & 0x7f) << 24) | uint24At(octets, at + 1)
}

export function putUint24(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 16
  octets[at + 1] = value >>> 8
  octets[at + 2] = value
}

export function putUint32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24
  octets[at + 1] = value >>> 16
  octets[at + 2] = value >>> 8
  octets[at + 3] = value
}
