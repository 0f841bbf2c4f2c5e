import { type Header, normalizedName } from './presented-key.js'

/** Whatever else a gateway may turn into the same variable, such as HTTP_X_FORWARDED_FOR. */
const fact = /^(?:x[^a-z0-9](?:forwarded|original)[^a-z0-9]|user[^a-z0-9]agent$)/

/**
 * Why the headers may tell somebody else another story than they tell us, if they may. A fact of the
 * request is read from the one spelling that proxies overwrite: another spelling of its name, such
 * as `X_Forwarded_For`, gets past them, and servers that take names for variables read it as the
 * same. The answer repeats nothing that was sent.
 */
export function findMisleadingHeader(headers: Iterable<Header>): string | undefined {
  for (const [name] of headers) {
    const known = name.toLowerCase()
    if (fact.test(known) && known !== normalizedName(known)) {
      return 'a header is another spelling of `X-Forwarded-…`, `X-Original-…` or `User-Agent`'
    }
  }
  return undefined
}
