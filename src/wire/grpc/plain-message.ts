import { uint32At } from '../octets.js'

/** What announces a message: a flag, and a length in four octets. */
export const prefixBytes = 5

/**
 * Where the message ends whose prefix stands at `start`, if all of it is there and it is not
 * compressed; 0 if it is not. Its octets begin `prefixBytes` after the prefix does.
 */
export function plainMessageEnd(octets: Buffer, start: number, end: number): number {
  if (end - start < prefixBytes || octets[start] !== 0) return 0
  const messageEnd = start + prefixBytes + uint32At(octets, start + 1)
  return messageEnd <= end ? messageEnd : 0
}
