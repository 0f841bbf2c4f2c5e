import { type Header, isNamed } from '../../domain/route/presented-key.js'
import type { RequestHead } from '../../domain/route/route.js'

/** The request that the proxy holds, as its headers tell of it; or why they do not. */
export type Forwarded =
  | { readonly head: RequestHead; readonly ip: string }
  | { readonly problem: string }

/**
 * Each fact comes from exactly one header. A second one, or one of another family, was sent by the
 * client past a proxy that does not overwrite it, and nobody can tell which of them is the proxy's.
 */
export function readForwarded(headers: readonly Header[]): Forwarded {
  const facts: Partial<Record<keyof typeof tellers, string>> = {}
  const addresses: string[] = []
  for (const [name, value] of headers) {
    if (!/^x/i.test(name)) continue
    if (isNamed(name, 'x-forwarded-for')) addresses.push(value)
    const fact = factOf(name)
    if (!fact) continue
    if (facts[fact] !== undefined) return { problem: `more than one header tells the ${fact}` }
    facts[fact] = value
  }
  const { method, uri: target, host = '' } = facts
  if (method === undefined || target === undefined) {
    return { problem: 'the proxy must send X-Forwarded-Method and X-Forwarded-Uri' }
  }
  return { head: { method, target, host }, ip: lastAddress(addresses) }
}

const tellers = {
  method: ['x-forwarded-method', 'x-original-method'],
  uri: ['x-forwarded-uri', 'x-original-uri'],
  host: ['x-forwarded-host', 'x-original-host'],
} as const

function factOf(name: string): keyof typeof tellers | undefined {
  if (isOneOf(name, tellers.method)) return 'method'
  if (isOneOf(name, tellers.uri)) return 'uri'
  return isOneOf(name, tellers.host) ? 'host' : undefined
}

function isOneOf(name: string, [forwarded, original]: readonly [string, string]): boolean {
  return isNamed(name, forwarded) || isNamed(name, original)
}

/** Proxies add to the list: the last address is what ours saw, those before are hearsay. */
function lastAddress(values: readonly string[]): string {
  const last = values.at(-1) ?? ''
  return last.slice(last.lastIndexOf(',') + 1).trim()
}
