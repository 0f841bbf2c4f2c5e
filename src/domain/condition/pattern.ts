import { type CelFunc, CelScalar, celMethod } from '@bufbuild/cel'
import { RE2JS } from '@bufbuild/re2'
import { PATTERN_CHARACTERS_MAX, PATTERN_INSTRUCTIONS_MAX, PATTERN_REPEATS_MAX } from './limits.js'
import type { Meter } from './meter.js'
import type { Refuse } from './refusal.js'

const { BOOL, STRING } = CelScalar
const CACHED_MAX = 256
const COMPILE_UNITS = 5_000
const COUNTED_REPEAT = /\{(\d+)(?:,(\d*))?\}/g

/**
 * Compiled patterns of `matches()`. The evaluator's own function compiles at every call; the engine
 * is the same, RE2, where no pattern is exponential.
 */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>()
  readonly #meter: Meter

  constructor(meter: Meter) {
    this.#meter = meter
  }

  /** Checks and compiles a literal, so that the first decision does not have to. */
  prepare(pattern: string, refuse: Refuse): void {
    if ([...pattern].length > PATTERN_CHARACTERS_MAX) {
      refuse('FORBIDDEN', `a pattern has at most ${PATTERN_CHARACTERS_MAX} characters`)
    }
    // Counted repeats are unrolled: their sum bounds the time the compiler itself takes.
    if (countedRepeats(pattern) > PATTERN_REPEATS_MAX) refuse('TOO_COSTLY', TOO_MANY_REPEATS)
    const compiled = compile(pattern)
    if (typeof compiled === 'string') refuse('SYNTAX', compiled)
    const instructions = compiled.re2().prog.numInst()
    if (instructions > PATTERN_INSTRUCTIONS_MAX) refuse('TOO_COSTLY', TOO_MANY_REPEATS)
    this.#keep(pattern, compiled)
  }

  functions(): CelFunc[] {
    const find = (pattern: string) => this.#find(pattern)
    const meter = this.#meter
    return [
      celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
        const compiled = find(pattern)
        const perCharacter = 4 + compiled.re2().prog.numInst() / 64
        meter.spend(20 + this.length * perCharacter)
        return compiled.test(this)
      }),
    ]
  }

  #find(pattern: string): RE2JS {
    const known = this.#compiled.get(pattern)
    if (known) return known
    this.#meter.spend(COMPILE_UNITS)
    const compiled = compile(pattern)
    if (typeof compiled === 'string') throw new Error(compiled)
    return this.#keep(pattern, compiled)
  }

  #keep(pattern: string, compiled: RE2JS): RE2JS {
    if (this.#compiled.size >= CACHED_MAX) this.#compiled.clear()
    this.#compiled.set(pattern, compiled)
    return compiled
  }
}

const TOO_MANY_REPEATS = 'the pattern repeats too much'

/** A string says what is wrong with the pattern. */
function compile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return error instanceof Error ? error.message : 'not a pattern'
  }
}

function countedRepeats(pattern: string): number {
  let sum = 0
  for (const [, least, most] of pattern.matchAll(COUNTED_REPEAT)) sum += Number(most || least)
  return sum
}
