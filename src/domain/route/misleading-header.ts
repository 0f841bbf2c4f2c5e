import { type Header, normalizedName } from './presented-key.js'

/** The others are passed over at once. */
const suspect = /^(?:postern|x[^a-z0-9](?:forwarded|original)|user)[^a-z0-9]|^connection$/i

/** Whatever else a gateway may turn into the same variable, such as HTTP_X_FORWARDED_FOR. */
const fact = /^(?:x-(?:forwarded|original)-|user-agent$)/

/** Of the proxy, not of its client. */
const proxyKey = 'postern-proxy-key'

/** What a client may say of its connection: all else that is named there are headers to drop. */
const connectionOptions: readonly string[] = ['', 'close', 'keep-alive', 'te', 'upgrade']

/**
 * Why the headers may tell the application behind the proxy another story than they tell us, if they
 * may. The answer repeats nothing that was sent.
 *
 * - A fact of the request is read from the one spelling that proxies overwrite: another, such as
 *   `X_Forwarded_For`, gets past them, and is the same where names are made into variables.
 * - What Postern answers is nothing that a client has to say, in any spelling.
 * - `Connection: Postern-Principal` makes the next proxy drop what the last one has just set
 *   (RFC 9110, section 7.6.1).
 */
export function findMisleadingHeader(headers: Iterable<Header>): string | undefined {
  for (const [name, value] of headers) {
    const problem = suspect.test(name) && problemOf(name.toLowerCase(), value)
    if (problem) return problem
  }
  return undefined
}

function problemOf(name: string, value: string): string | undefined {
  if (name === 'connection') return connectionProblem(value)
  const known = normalizedName(name)
  if (known.startsWith('postern-')) {
    return name === proxyKey ? undefined : '`Postern-…` headers are not let through'
  }
  if (name === known || !fact.test(known)) return undefined
  return 'a header is another spelling of `X-Forwarded-…`, `X-Original-…` or `User-Agent`'
}

function connectionProblem(value: string): string | undefined {
  if (value === 'keep-alive' || value === 'close') return undefined
  const options = value.toLowerCase().split(',')
  if (options.every((option) => connectionOptions.includes(option.trim()))) return undefined
  return '`Connection` may name `close`, `keep-alive`, `te` and `upgrade` alone'
}
