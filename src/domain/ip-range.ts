/** An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is held as the IPv4 address it stands for. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bytes: readonly number[]
}

export interface IpRange extends IpAddress {
  readonly prefixLength: number
}

/** `undefined` when malformed: shorthand, octal, leading zeros and zone ids are all malformed. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const parsed = parseBytes(text)
  return parsed && isMapped(parsed) ? { family: 4, bytes: parsed.bytes.slice(12) } : parsed
}

/** The one spelling of the address; `undefined` when malformed. */
export function canonicalIpAddress(text: string): string | undefined {
  // A dotted address that is one at all has no other spelling.
  if (IPV4.test(text)) return text
  const address = parseIpAddress(text)
  return address && formatIpAddress(address)
}

/**
 * Reads `address/prefix`; the prefix is required and bits set beyond it are accepted. `undefined`
 * when malformed.
 */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = parseBytes(text.slice(0, slash))
  const prefixText = text.slice(slash + 1)
  if (!address || !PREFIX.test(prefixText)) return undefined
  const prefixLength = Number(prefixText)
  if (prefixLength > address.bytes.length * 8) return undefined
  // A wider prefix of a mapped address also covers addresses that are not mapped: it stays IPv6.
  if (!isMapped(address) || prefixLength < MAPPED_BITS) return { ...address, prefixLength }
  return { family: 4, bytes: address.bytes.slice(12), prefixLength: prefixLength - MAPPED_BITS }
}

/** An address is never in a range of the other family. */
export function contains(range: IpRange, address: IpAddress): boolean {
  if (range.family !== address.family) return false
  return range.bytes.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, range.prefixLength - index * 8))
    const mask = (0xff << (8 - bits)) & 0xff
    return (byte & mask) === ((address.bytes[index] ?? 0) & mask)
  })
}

const MAPPED_BITS = 96
const PREFIX = /^(?:0|[1-9]\d{0,2})$/
const HEX_GROUP = /^[0-9a-f]{1,4}$/i
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const ADDRESS_LENGTH_MAX = 45

/**
 * By hand, because address libraries are generous: `ipaddr.js` reads `10.1`, `010.1.2.3`, zone ids
 * and groups of five digits, and takes `::8.8.8.8` for the mapped `::ffff:8.8.8.8`.
 */
function parseBytes(text: string): IpAddress | undefined {
  if (text.length > ADDRESS_LENGTH_MAX) return undefined
  if (IPV4.test(text)) return { family: 4, bytes: text.split('.').map(Number) }
  const [head = '', tail, ...rest] = text.split('::')
  const left = bytesOfGroups(head, tail === undefined)
  const right = bytesOfGroups(tail ?? '', true)
  if (!left || !right || rest.length > 0) return undefined
  const missing = 16 - left.length - right.length
  // `::` stands for at least one group, and without it there is nothing to stand for the rest.
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return { family: 6, bytes: [...left, ...new Array<number>(missing).fill(0), ...right] }
}

/** Only the end of an address may be written as IPv4. */
function bytesOfGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const last = groups.at(-1) ?? ''
  const ipv4 = isEnd && IPV4.test(last) ? last.split('.').map(Number) : []
  const hexGroups = ipv4.length > 0 ? groups.slice(0, -1) : groups
  if (!hexGroups.every((group) => HEX_GROUP.test(group))) return undefined
  const words = hexGroups.map((group) => Number.parseInt(group, 16))
  return [...words.flatMap((word) => [word >> 8, word & 0xff]), ...ipv4]
}

function isMapped({ family, bytes }: IpAddress): boolean {
  if (family !== 6) return false
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

/** The one spelling of an address: dotted, or as RFC 5952 has it. */
export function formatIpAddress({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  )
  const zeros = longestZeroRun(groups)
  if (zeros.length < 2) return groups.join(':')
  const head = groups.slice(0, zeros.start).join(':')
  const tail = groups.slice(zeros.start + zeros.length).join(':')
  return `${head}::${tail}`
}

/** The first of the longest. */
function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let length = 0
  groups.forEach((group, index) => {
    length = group === '0' ? length + 1 : 0
    if (length > longest.length) longest = { start: index - length + 1, length }
  })
  return longest
}
