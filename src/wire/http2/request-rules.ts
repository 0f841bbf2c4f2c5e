import type { Fields } from '../fields.js'

/**
 * RFC 9113 sections 8.2 and 8.3: what makes a request malformed, as a sentence, or `undefined`.
 * Malformed messages are refused whole, because what reads them differently can be tricked.
 */
export function requestProblem(fields: Fields): string | undefined {
  const seen: PseudoFields = {}
  let isPastPseudo = false
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    const value = fields[at + 1] ?? ''
    const isPseudo = name.charCodeAt(0) === colon
    if (isPseudo && isPastPseudo) return 'a pseudo-header field after a regular one'
    isPastPseudo ||= !isPseudo
    const problem = isPseudo ? notePseudo(seen, name, value) : regularProblem(name, value)
    if (problem) return problem
  }
  return missingPseudo(seen)
}

/** Section 8.1: trailers bring no pseudo-header fields. */
export function trailersProblem(fields: Fields): string | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    const problem = regularProblem(fields[at] ?? '', fields[at + 1] ?? '')
    if (problem) return problem
  }
  return undefined
}

/** Section 8.1.1: the stated length, `undefined` without one, NaN for what is no length. */
export function contentLength(fields: Fields): number | undefined {
  let length: number | undefined
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] !== 'content-length') continue
    const value = fields[at + 1] ?? ''
    const stated = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    length = length === undefined || length === stated ? stated : Number.NaN
  }
  return length
}

const colon = 0x3a
const connectionSpecific: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])
/** RFC 9110 section 5.6.2, in lower case only. */
const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
/** Section 8.2.1: nothing that could end a line, and no blank at the edges. */
const forbiddenInValue = /[\0\r\n]|^[ \t]|[ \t]$/

type PseudoFields = Partial<Record<'method' | 'scheme' | 'path' | 'authority', string>>

function notePseudo(seen: PseudoFields, name: string, value: string): string | undefined {
  if (forbiddenInValue.test(value)) return 'a value has characters that it must not have'
  switch (name) {
    case ':method':
      return noteOnce(seen, 'method', value)
    case ':scheme':
      return noteOnce(seen, 'scheme', value)
    case ':path':
      return noteOnce(seen, 'path', value)
    case ':authority':
      return noteOnce(seen, 'authority', value)
    default:
      return 'an unknown pseudo-header field'
  }
}

function noteOnce(seen: PseudoFields, name: keyof PseudoFields, value: string): string | undefined {
  if (seen[name] !== undefined) return 'a pseudo-header field twice'
  if (value === '' && name !== 'authority') return 'an empty pseudo-header field'
  seen[name] = value
  return undefined
}

/** CONNECT, which has neither scheme nor path, has no meaning for calls; it counts as malformed. */
function missingPseudo({ method, scheme, path }: PseudoFields): string | undefined {
  if (method && scheme && path) return undefined
  return 'a pseudo-header field is missing'
}

function regularProblem(name: string, value: string): string | undefined {
  if (!token.test(name)) return 'a name has characters that it must not have'
  if (forbiddenInValue.test(value)) return 'a value has characters that it must not have'
  if (connectionSpecific.has(name)) return 'a field that speaks of a connection'
  if (name === 'te' && value !== 'trailers') return 'te asks for more than trailers'
  return undefined
}
