import type { Field } from './hpack.js'
import { both, fine, mayReset, resets, type Verdict } from './verdict.js'

export interface FieldLimits {
  readonly headerListBytesMax: number
  readonly headerFieldsMax: number
}

/** RFC 9113 section 10.5.1. */
export function isTooLarge(fields: readonly Field[], limits: FieldLimits): boolean {
  const bytes = fields.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0)
  return bytes > limits.headerListBytesMax || fields.length > limits.headerFieldsMax
}

/** RFC 9113 section 8: a malformed request is a stream error. */
export function judgeRequest(fields: readonly Field[]): Verdict {
  const pseudo = fields.filter(([name]) => name.startsWith(':'))
  const regular = fields.filter(([name]) => !name.startsWith(':'))
  return both(judgePseudo(fields, pseudo), judgeRegular(regular))
}

/** Section 8.1: no pseudo-header fields in trailers. */
export function judgeTrailers(fields: readonly Field[]): Verdict {
  if (fields.some(([name]) => name.startsWith(':'))) return resets('PROTOCOL_ERROR')
  return judgeRegular(fields)
}

/** Sections 8.3 and 8.3.1. */
function judgePseudo(fields: readonly Field[], pseudo: readonly Field[]): Verdict {
  const known = [':method', ':scheme', ':path', ':authority']
  const values = new Map(pseudo)
  const isAfterRegular = fields.slice(0, pseudo.length).some(([name]) => !name.startsWith(':'))
  const isWrong =
    isAfterRegular ||
    values.size < pseudo.length ||
    pseudo.some(([name, value]) => !known.includes(name) || isBadValue(value)) ||
    !values.has(':method') ||
    // CONNECT, which needs neither, counts as malformed too: it has no meaning here.
    !values.has(':scheme') ||
    !values.get(':path')
  if (isWrong) return resets('PROTOCOL_ERROR')
  // Neither is a token, which other parts of HTTP say; this one does not.
  const isEmpty = values.get(':method') === '' || values.get(':scheme') === ''
  return isEmpty ? mayReset('PROTOCOL_ERROR') : fine
}

/** Sections 8.2, 8.2.1 and 8.2.2. */
function judgeRegular(fields: readonly Field[]): Verdict {
  let verdict = fine
  for (const [name, value] of fields) {
    if (isBadName(name) || isBadValue(value) || isOfConnection(name, value)) {
      return resets('PROTOCOL_ERROR')
    }
    // RFC 9110 section 5.1: less than this is no name, though section 8.2.1 lets it pass.
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) verdict = mayReset('PROTOCOL_ERROR')
  }
  return verdict
}

function isBadName(name: string): boolean {
  for (const character of name) {
    const code = character.charCodeAt(0)
    if (code <= 0x20 || (code >= 0x41 && code <= 0x5a) || code >= 0x7f) return true
  }
  return name.includes(':')
}

function isBadValue(value: string): boolean {
  if (value.includes('\0') || value.includes('\r') || value.includes('\n')) return true
  return value !== value.replace(/^[ \t]+|[ \t]+$/g, '')
}

function isOfConnection(name: string, value: string): boolean {
  if (name === 'te') return value !== 'trailers'
  return ['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'].includes(
    name,
  )
}

/** Section 8.1.1: `undefined` without a stated length; NaN for what is none, or several. */
export function statedLength(fields: readonly Field[]): number | undefined {
  const stated = new Set(
    fields.filter(([name]) => name === 'content-length').map(([, value]) => value),
  )
  if (stated.size === 0) return undefined
  const [value = ''] = stated
  return stated.size === 1 && /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN
}
