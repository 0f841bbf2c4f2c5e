/**
 * A condition is a CEL expression on a rule. This file is all the rest of the domain knows of it;
 * the library behind is in `compile.ts`.
 */

/** Values a condition can meet: JSON, with numbers as doubles. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

export type Attributes = { readonly [key: string]: AttributeValue }

/**
 * What a condition reads. An absent field is absent in CEL too: `has()` is false there, and
 * reading it is an error.
 */
export interface ConditionInput {
  readonly request: {
    readonly ip?: string
    readonly userAgent?: string
    /** Milliseconds since the epoch: the decision's one `now`. */
    readonly timeMs: number
  }
  readonly resource: {
    readonly name?: string
    readonly type?: string
    readonly id?: string
    readonly projectId?: string
    readonly locality?: string
    readonly attributes: Attributes
  }
  readonly principal: {
    readonly id: string
    readonly type: 'user' | 'application'
    readonly attributes: Attributes
    readonly tags: readonly string[]
  }
  readonly context: Attributes
}

/** `error` means: an allow rule does not match, a deny rule does. */
export type ConditionOutcome =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'error'; readonly message: string }

export interface Condition {
  readonly source: string
  /** Never throws. */
  evaluate(input: ConditionInput): ConditionOutcome
}

/**
 * Whether the expression may look at the clock; true for some that do not. Nothing names
 * `request.time` without these letters, unless it spells them by escapes.
 */
export function mayReadTime({ source }: Condition): boolean {
  return source.includes('time') || source.includes('\\')
}

/** Why an expression was refused at write time. */
export interface ConditionProblem {
  /** SYNTAX, TYPE, UNKNOWN, TOO_LONG, TOO_LARGE, TOO_COSTLY or FORBIDDEN. */
  readonly reason: string
  /** Says what is wrong and, where known, at which character. */
  readonly description: string
}

export type CompiledCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problem: ConditionProblem }

/** Compiles one expression; the empty string is the caller's business (no condition). */
export type CompileCondition = (source: string) => CompiledCondition

/** A condition that was good once, but is not for this version, never lets an allow match. */
export function compileStored(source: string, compile: CompileCondition): Condition {
  const result = compile(source)
  if (result.ok) return result.condition
  const outcome = { kind: 'error', message: result.problem.description } as const
  return { source, evaluate: () => outcome }
}
