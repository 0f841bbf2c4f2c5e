/** The status message on the wire: UTF-8, with what is not printable ASCII, and `%`, as `%XX`. */
export function percentEncode(message: string): string {
  if (isPlain.test(message)) return message
  return [...Buffer.from(message, 'utf8')].map(encodeOctet).join('')
}

const isPlain = /^[ -$&-~]*$/
const percent = 0x25

function encodeOctet(octet: number): string {
  if (octet >= 0x20 && octet < 0x7f && octet !== percent) return String.fromCharCode(octet)
  return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
}
