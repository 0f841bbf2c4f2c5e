import { isPrintable } from '../text.js'

/** Why a request cannot be told apart from another that a server behind might take it for. */
export interface NotCanonical {
  readonly problem: string
}

const targetMax = 8_192
const visibleAscii = /^[\x21-\x7e]+$/
/** Of these alone, a segment has nothing to decode, and is none of `.` and `..`. */
const plainSegment = /^[A-Za-z0-9_~!$&'()*+,=:@-]+$/
const unreserved = /[A-Za-z0-9._~-]/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The decoded segments of a request target, `['']` for `/`; a last empty one for a slash at the
 * end. Servers disagree about what dot segments, doubled slashes, backslashes, parameters after
 * `;` and needless escapes mean, so a path with any of them is no path here: it is refused, never
 * mended, and the two spellings of one resource never meet two different rules. The query is left
 * off.
 */
export function canonicalSegments(target: string): readonly string[] | NotCanonical {
  if (target.length > targetMax) return no('is too long')
  if (!target.startsWith('/')) return no('does not begin with `/`')
  if (!visibleAscii.test(target)) return no('holds characters that must be percent-encoded')
  if (target.includes('#')) return no('holds a fragment')
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  const segments = path.slice(1).split('/')
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at] ?? ''
    if (segment === '' && at < segments.length - 1) return no('holds `//`')
    const decoded = decodeSegment(segment)
    if (typeof decoded !== 'string') return decoded
    segments[at] = decoded
  }
  return segments
}

export function isNotCanonical<T extends object>(value: T | NotCanonical): value is NotCanonical {
  return 'problem' in value
}

function decodeSegment(segment: string): string | NotCanonical {
  if (segment === '' || plainSegment.test(segment)) return segment
  if (segment === '.' || segment === '..') return no('holds a dot segment')
  if (/[;\\]/.test(segment)) return no('holds `;` or `\\`')
  if (!segment.includes('%')) return segment
  const octets = percentDecoded(segment)
  if (!(octets instanceof Uint8Array)) return octets
  return decodeText(octets)
}

/**
 * What is escaped without need has a second spelling; what would be a separator, an escape or a
 * parameter once decoded means something else to whoever decodes twice.
 */
function percentDecoded(segment: string): Uint8Array | NotCanonical {
  const octets: number[] = []
  for (let at = 0; at < segment.length; at++) {
    if (segment[at] !== '%') {
      octets.push(segment.charCodeAt(at))
      continue
    }
    const hex = segment.slice(at + 1, at + 3)
    if (!/^[0-9a-f]{2}$/i.test(hex)) return no('holds a broken escape')
    const octet = Number.parseInt(hex, 16)
    if (octet < 0x80) {
      const character = String.fromCharCode(octet)
      if (unreserved.test(character)) return no('escapes what needs no escape')
      if (/[/\\%;?#]/.test(character)) return no('escapes a separator')
    }
    octets.push(octet)
    at += 2
  }
  return Uint8Array.from(octets)
}

function decodeText(octets: Uint8Array): string | NotCanonical {
  let text: string
  try {
    text = utf8.decode(octets)
  } catch {
    return no('is no valid UTF-8')
  }
  if (!isPrintable(text)) return no('holds characters that are not printable')
  // Some file systems and URL parsers take it off.
  if (text.trim() !== text) return no('holds a segment with white space at its edge')
  return text.normalize('NFC') === text ? text : no('is not in Unicode form NFC')
}

function no(problem: string): NotCanonical {
  return { problem }
}
