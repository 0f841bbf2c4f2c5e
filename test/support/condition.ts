import { compileCondition } from '../../src/domain/condition/compile.js'
import type { Condition, ConditionInput } from '../../src/domain/condition/condition.js'

/** Parts of an input; what is not given is absent or empty. */
export interface PartialInput {
  readonly request?: Partial<ConditionInput['request']>
  readonly resource?: Partial<ConditionInput['resource']>
  readonly principal?: Partial<ConditionInput['principal']>
  readonly context?: ConditionInput['context']
}

export function inputOf({
  request,
  resource,
  principal,
  context,
}: PartialInput = {}): ConditionInput {
  return {
    request: { timeMs: Date.UTC(2025, 2, 3, 14, 30), ...request },
    resource: { attributes: {}, ...resource },
    principal: { id: 'p1', type: 'user', attributes: {}, tags: [], ...principal },
    context: context ?? {},
  }
}

export function mustCompile(source: string): Condition {
  const compiled = compileCondition(source)
  if (!compiled.ok) throw new Error(`${source}: ${compiled.problem.description}`)
  return compiled.condition
}

/** `true`, `false` or `error`. */
export function outcomeOf(source: string, input: PartialInput = {}): string {
  return mustCompile(source).evaluate(inputOf(input)).kind
}

/** The reason of the refusal, or `accepted`. */
export function refusalOf(source: string): string {
  const compiled = compileCondition(source)
  return compiled.ok ? 'accepted' : compiled.problem.reason
}
