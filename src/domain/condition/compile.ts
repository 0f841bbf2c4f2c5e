import type { CompileCondition, CompiledCondition } from './condition.js'
import { worstCaseSteps } from './cost.js'
import { Engine } from './engine.js'
import { SOURCE_CHARACTERS_MAX, STEPS_MAX } from './limits.js'
import { Refusal } from './refusal.js'
import { checkerRightRelations, rightRelations } from './relations.js'
import { parseSyntax, type Syntax } from './syntax.js'
import { createTypeChecker, type TypeCheckable } from './type-check.js'

/**
 * Compiles a condition once; the answer is kept and evaluated many times.
 *
 * Two CEL libraries read each source. One checks types and bounds the tree, which the other cannot;
 * the other evaluates, because it keeps to the specification where the first does not and its
 * regular expressions are never exponential. What either refuses is refused.
 */
export const compileCondition: CompileCondition = createCompiler()

function createCompiler(): CompileCondition {
  const engine = new Engine()
  const readTyped = createTypeChecker()
  return (source) => {
    try {
      requireShort(source)
      const typed = readTyped(source)
      const syntax = parseSyntax(source)
      requireSameReading(syntax, typed)
      engine.check(syntax)
      typed.check()
      requireAffordable(syntax)
      return { ok: true, condition: engine.load(source, syntax) }
    } catch (error) {
      return refused(error)
    }
  }
}

function requireShort(source: string): void {
  if (source.length <= SOURCE_CHARACTERS_MAX) return
  // A character is at most two units: what is longer still need not be taken apart to count.
  if (source.length <= SOURCE_CHARACTERS_MAX * 2 && [...source].length <= SOURCE_CHARACTERS_MAX)
    return
  throw new Refusal('TOO_LONG', `a condition has at most ${SOURCE_CHARACTERS_MAX} characters`)
}

function requireSameReading({ root }: Syntax, { tree }: TypeCheckable): void {
  if (rightRelations(root) === checkerRightRelations(tree)) return
  throw new Refusal('SYNTAX', 'a comparison of comparisons needs parentheses')
}

function requireAffordable({ root }: Syntax): void {
  const steps = worstCaseSteps(root)
  if (steps > STEPS_MAX) {
    throw new Refusal('TOO_COSTLY', `up to ${steps} loop steps where ${STEPS_MAX} are allowed`)
  }
}

function refused(error: unknown): CompiledCondition {
  if (error instanceof Refusal) return { ok: false, problem: error.problem }
  // Running out of stack is the one thing the libraries may do that is the source's fault.
  if (error instanceof RangeError) {
    return { ok: false, problem: { reason: 'TOO_LARGE', description: 'too deeply nested' } }
  }
  throw error
}
