/** RFC 9113 section 7. The oracle imports nothing of what it judges, so it has a list of its own. */
const codeNames = [
  ...['NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT'],
  ...['STREAM_CLOSED', 'FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR'],
  ...['CONNECT_ERROR', 'ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
] as const

export type CodeName = (typeof codeNames)[number]

/** A set of error codes, a bit for each. */
export type Codes = number

export function codes(...names: readonly CodeName[]): Codes {
  return names.reduce((set, name) => set | (1 << codeNames.indexOf(name)), 0)
}

/** The set of one code as it stands in a frame; empty for one that RFC 9113 does not know. */
export function codeSet(code: number): Codes {
  return code < codeNames.length ? 1 << code : 0
}

export function nameOf(code: number): string {
  return codeNames[code] ?? `the unknown code ${code}`
}

export function namesIn(set: Codes): string {
  const names = codeNames.filter((_, code) => set & (1 << code))
  return names.length > 0 ? names.join(' or ') : 'none'
}

/** What the server may and must do about one frame. */
export interface Verdict {
  /** The connection must end, with one of `end`. */
  readonly mustEnd: boolean
  /** The connection must end, or the frame's stream be reset, with one of the codes for it. */
  readonly mustAct: boolean
  readonly end: Codes
  readonly reset: Codes
}

export const fine: Verdict = { mustEnd: false, mustAct: false, end: 0, reset: 0 }

/** Section 5.4.1, a connection error. */
export function ends(name: CodeName): Verdict {
  return { mustEnd: true, mustAct: true, end: codes(name), reset: 0 }
}

/** Section 5.4.2, a stream error. */
export function resets(name: CodeName): Verdict {
  return { mustEnd: false, mustAct: true, end: 0, reset: codes(name) }
}

export function mayEnd(name: CodeName): Verdict {
  return { ...fine, end: codes(name) }
}

export function mayReset(name: CodeName): Verdict {
  return { ...fine, reset: codes(name) }
}

/** Several things are wrong at once: the RFC does not say which goes first. */
export function both(one: Verdict, other: Verdict): Verdict {
  if (one === fine) return other
  if (other === fine) return one
  return {
    mustEnd: one.mustEnd || other.mustEnd,
    mustAct: one.mustAct || other.mustAct,
    end: one.end | other.end,
    reset: one.reset | other.reset,
  }
}

/** It is not known which of the two holds: only what both demand is demanded. */
export function either(one: Verdict, other: Verdict): Verdict {
  return {
    mustEnd: one.mustEnd && other.mustEnd,
    mustAct: one.mustAct && other.mustAct,
    end: one.end | other.end,
    reset: one.reset | other.reset,
  }
}
