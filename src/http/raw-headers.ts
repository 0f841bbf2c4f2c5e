import { type Header, isNamed } from '../domain/route/presented-key.js'

/** The headers as they were sent: Node's own map keeps but the first of two `Authorization`. */
export function sentHeaders(rawHeaders: readonly string[]): Header[] {
  const headers: Header[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  }
  return headers
}

/** The values of all that were sent under a name, which is given as `normalizedName` has it. */
export function sentValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (isNamed(rawHeaders[at] ?? '', name)) values.push(rawHeaders[at + 1] ?? '')
  }
  return values
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
export function plainAddress(address: string | undefined): string {
  if (!address?.startsWith('::ffff:')) return address ?? ''
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
