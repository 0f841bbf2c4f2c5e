import { isPrintable } from './text.js'
import type { Validation } from './validation.js'

/**
 * Patterns over actions and resources. `*` matches any run of characters, the empty one and `/`
 * and `:` included, anywhere; nothing else is special, and case matters.
 */

const patternMax = 512

/** 1 to 512 printable characters without spaces. */
export function parsePattern(v: Validation, field: string, text: string): string {
  if (text === '') v.fail(field, 'REQUIRED', 'must be a pattern such as `compute:servers:*`')
  else if (text.length > patternMax)
    v.fail(field, 'TOO_LONG', `must be at most ${patternMax} characters`)
  else if (/\s/u.test(text) || !isPrintable(text)) {
    v.fail(field, 'FORMAT', 'must be printable characters without spaces')
  }
  return text
}

/** Greedy with one point to return to: linear for real patterns, never exponential. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let starAt = -1
  let resumeAt = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      starAt = p++
      resumeAt = t
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++
      t++
    } else if (starAt >= 0) {
      p = starAt + 1
      t = ++resumeAt
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Stands for "any run of characters" in a text: no valid text contains it, no literal matches it. */
const anyRun = '\u0000'

/** True when every text that `narrow` matches is matched by `wide` too. */
export function coversPattern(wide: string, narrow: string): boolean {
  return matchesPattern(wide, narrow.replace(/\*+/g, anyRun))
}

/** True when at least one text is matched by both. */
export function patternsOverlap(a: string, b: string): boolean {
  // The cases that nearly always are: plain texts, and patterns that begin or end apart.
  if (!a.includes('*')) return matchesPattern(b, a)
  if (!b.includes('*')) return matchesPattern(a, b)
  if (!agree(a, b, 'start') || !agree(a, b, 'end')) return false
  // reachable[j]: the first i characters of `a` and the first j of `b` can match one same text.
  let reachable = startRow(b)
  for (let i = 1; i <= a.length; i++) reachable = nextRow(reachable, a[i - 1] ?? '', b)
  return reachable[b.length] === true
}

/** Whether the literal text at one end of both can be the same text's. */
function agree(a: string, b: string, end: 'start' | 'end'): boolean {
  const at = (text: string, i: number) => (end === 'start' ? text[i] : text[text.length - 1 - i])
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (at(a, i) === '*' || at(b, i) === '*') return true
    if (at(a, i) !== at(b, i)) return false
  }
  return true
}

function startRow(b: string): boolean[] {
  const row = [true]
  for (let j = 1; j <= b.length; j++) row.push(row[j - 1] === true && b[j - 1] === '*')
  return row
}

function nextRow(above: readonly boolean[], letter: string, b: string): boolean[] {
  const row = [above[0] === true && letter === '*']
  for (let j = 1; j <= b.length; j++) {
    const other = b[j - 1]
    const skip = above[j] === true || row[j - 1] === true
    const both = above[j - 1] === true && letter === other
    row.push(letter === '*' || other === '*' ? skip || above[j - 1] === true : both)
  }
  return row
}
