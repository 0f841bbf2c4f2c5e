import { type Header, normalizedName } from '../../domain/route/presented-key.js'
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
  const facts = new Map<string, string>()
  const addresses: string[] = []
  for (const [name, value] of headers) {
    const [, family, fact = ''] = /^x-(forwarded|original)-(.+)$/.exec(normalizedName(name)) ?? []
    if (family === 'forwarded' && fact === 'for') addresses.push(value)
    if (!known.has(fact)) continue
    if (facts.has(fact)) return { problem: `more than one header tells the ${fact}` }
    facts.set(fact, value)
  }
  const method = facts.get('method')
  const target = facts.get('uri')
  if (method === undefined || target === undefined) {
    return { problem: 'the proxy must send X-Forwarded-Method and X-Forwarded-Uri' }
  }
  return { head: { method, target, host: facts.get('host') ?? '' }, ip: lastAddress(addresses) }
}

const known = new Set(['method', 'uri', 'host'])

/** Proxies add to the list: the last address is what ours saw, those before are hearsay. */
function lastAddress(values: readonly string[]): string {
  return values.join(',').split(',').at(-1)?.trim() ?? ''
}
