import type { Patterns } from './pattern.js'
import type { Refuse } from './refusal.js'
import type { Call, Expr } from './syntax.js'
import { findWallClock } from './time-zone.js'
import { TIME_METHODS } from './vocabulary.js'

const TIME_METHOD_NAMES: ReadonlySet<string> = new Set(TIME_METHODS)

/** Refuses a call for what its literal arguments say, which types do not. */
export function checkCall(call: Call, refuse: Refuse, patterns: Patterns): void {
  const [argument] = call.args
  if (!argument) return
  const text = textLiteral(argument)
  if (call.function === 'matches') {
    if (text === undefined) refuse('FORBIDDEN', 'the pattern of `matches` is a literal')
    else patterns.prepare(text, refuse)
  }
  if (TIME_METHOD_NAMES.has(call.function) && text !== undefined && !findWallClock(text)) {
    refuse('UNKNOWN', 'unknown time zone')
  }
}

function textLiteral({ exprKind }: Expr): string | undefined {
  if (exprKind.case !== 'constExpr') return undefined
  const { constantKind } = exprKind.value
  return constantKind.case === 'stringValue' ? constantKind.value : undefined
}
