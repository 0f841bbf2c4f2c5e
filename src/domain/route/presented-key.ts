/** A header as it was sent: its name, then its value. Those sent twice stand here twice. */
export type Header = readonly [name: string, value: string]

export type Presented =
  | { readonly apiKey: string }
  | {
      readonly reason: 'CREDENTIAL_MISSING' | 'CREDENTIAL_INVALID' | 'CREDENTIAL_AMBIGUOUS'
    }

const bearer = /^bearer +([^\s,]+)$/i

/**
 * The one key that a request presents, as `Authorization: Bearer` or `X-Auth-Token`. Two are
 * refused, whatever they hold: whoever serves the request might read the other one. So is a value
 * with a comma, which is how proxies join two.
 */
export function presentedKey(headers: Iterable<Header>): Presented {
  let found: Presented = { reason: 'CREDENTIAL_MISSING' }
  let count = 0
  for (const [name, value] of headers) {
    const isBearer = isNamed(name, 'authorization')
    if (!isBearer && !isNamed(name, 'x-auth-token')) continue
    count += 1
    if (count > 1 || value.includes(',')) return { reason: 'CREDENTIAL_AMBIGUOUS' }
    found = isBearer ? keyOf(bearer.exec(value.trim())?.[1]) : keyOf(value.trim())
  }
  return found
}

function keyOf(text: string | undefined): Presented {
  return text === undefined || text === '' || /\s/.test(text)
    ? { reason: 'CREDENTIAL_INVALID' }
    : { apiKey: text }
}

/**
 * Some servers make variables of names, in which underscores, dots and hyphens become the same: so
 * they are the same here.
 */
export function normalizedName(name: string): string {
  const known = normalizedNames.get(name)
  if (known !== undefined) return known
  const normalized = name.toLowerCase().replace(/[^a-z0-9]/g, '-')
  if (name.length > rememberedMax) return normalized
  if (normalizedNames.size >= namesMax) normalizedNames.clear()
  normalizedNames.set(name, normalized)
  return normalized
}

/** By the name as it was sent: requests come with the same few, again and again. */
const normalizedNames = new Map<string, string>()
const namesMax = 256
const rememberedMax = 64

/** The same as comparing with `normalizedName`, which leaves the length of a name as it is. */
export function isNamed(name: string, known: string): boolean {
  if (name.length !== known.length) return false
  return name === known || normalizedName(name) === known
}

/** Headers by which frameworks let a client change method or path behind the proxy's back. */
const overriding = [
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
] as const

/** The name of such a header, if one was sent. */
export function findOverridingHeader(headers: Iterable<Header>): string | undefined {
  for (const [name] of headers) {
    if (!/^x/i.test(name)) continue
    for (const known of overriding) if (isNamed(name, known)) return known
  }
  return undefined
}
