import type { Header } from '../../domain/route/presented-key.js'
import type { RequestHead } from '../../domain/route/route.js'

/** The request that the proxy holds, as its headers tell of it; or why they do not. */
export type Forwarded =
  | { readonly head: RequestHead; readonly ip: string }
  | { readonly problem: string }

/**
 * Each fact comes from exactly one header. A second one, or one of another family, was sent by the
 * client past a proxy that does not overwrite it, and nobody can tell which of them is the proxy's.
 * Names are taken as proxies write them, in any case; the gate denies their other spellings.
 */
export function readForwarded(headers: readonly Header[]): Forwarded {
  const facts: Partial<Record<Fact, string>> = {}
  const addresses: string[] = []
  for (const [sent, value] of headers) {
    if (!/^x/i.test(sent)) continue
    const name = sent.toLowerCase()
    if (name === 'x-forwarded-for') addresses.push(value)
    const fact = tellers.get(name)
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

type Fact = 'method' | 'uri' | 'host'

const tellers: ReadonlyMap<string, Fact> = new Map([
  ['x-forwarded-method', 'method'],
  ['x-original-method', 'method'],
  ['x-forwarded-uri', 'uri'],
  ['x-original-uri', 'uri'],
  ['x-forwarded-host', 'host'],
  ['x-original-host', 'host'],
])

/** Proxies add to the list: the last address is what ours saw, those before are hearsay. */
function lastAddress(values: readonly string[]): string {
  const last = values.at(-1) ?? ''
  return last.slice(last.lastIndexOf(',') + 1).trim()
}
