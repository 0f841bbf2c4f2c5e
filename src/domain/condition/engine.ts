import { type CelResult, celEnv, isCelError, plan } from '@bufbuild/cel'
import { Bindings } from './bindings.js'
import { checkCall } from './calls.js'
import type { Condition, ConditionInput, ConditionOutcome } from './condition.js'
import { conversionFunctions } from './conversions.js'
import { equalityFunctions } from './equality.js'
import { addGuards, guardFunctions } from './guard.js'
import { ipRangeFunction } from './ip-range-function.js'
import { Meter } from './meter.js'
import { checkNames } from './names.js'
import { Patterns } from './pattern.js'
import type { Syntax } from './syntax.js'
import { textFunctions } from './text.js'
import { timeFunctions } from './time.js'

/**
 * The evaluator: environment, functions and what they keep, made once. Evaluations are synchronous
 * and never nest, so they share one meter.
 */
export class Engine {
  readonly #meter = new Meter()
  readonly #patterns = new Patterns(this.#meter)
  readonly #environment = celEnv({
    funcs: [
      ...equalityFunctions(this.#meter),
      ...textFunctions(this.#meter),
      ...timeFunctions(this.#meter),
      ...guardFunctions(this.#meter),
      ...this.#patterns.functions(),
      ...conversionFunctions(),
      ipRangeFunction(this.#meter),
    ],
  })

  /** Throws a `Refusal` for a name or a literal the engine would not know what to do with. */
  check(syntax: Syntax): void {
    checkNames(syntax, (call, refuse) => checkCall(call, refuse, this.#patterns))
  }

  /** Takes the tree over: it is not the source's any more afterwards. */
  load(source: string, { root }: Syntax): Condition {
    addGuards(root)
    const run = plan(this.#environment, root)
    const evaluate = (input: ConditionInput): ConditionOutcome => {
      this.#meter.restart()
      try {
        return this.#outcomeOf(run(new Bindings(input, this.#meter)))
      } catch (error) {
        return errorOutcome(error)
      }
    }
    return { source, evaluate }
  }

  #outcomeOf(result: CelResult): ConditionOutcome {
    // A spent budget is an error whatever `||` made of it.
    if (this.#meter.isExhausted) return errorOutcome(new Error('the evaluation costs too much'))
    if (result === true) return TRUE
    if (result === false) return FALSE
    return errorOutcome(isCelError(result) ? result : new Error('the result is not a bool'))
  }
}

const TRUE: ConditionOutcome = { kind: 'true' }
const FALSE: ConditionOutcome = { kind: 'false' }
const MESSAGE_LENGTH_MAX = 200

function errorOutcome(error: unknown): ConditionOutcome {
  const message = error instanceof Error ? error.message : 'evaluation failed'
  return { kind: 'error', message: message.slice(0, MESSAGE_LENGTH_MAX) }
}
