const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let entry = byte
  for (let bit = 0; bit < 8; bit++) {
    entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1
  }
  return entry >>> 0
})

/** CRC-32 (IEEE 802.3) of ASCII text, as an unsigned integer. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i++) {
    crc = (table[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0) ^ (crc >>> 8)
  }
  return (crc ^ 0xffffffff) >>> 0
}
