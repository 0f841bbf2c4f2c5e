import type { ConditionProblem } from './condition.js'

export type RefusalReason =
  | 'SYNTAX'
  | 'TYPE'
  | 'UNKNOWN'
  | 'TOO_LONG'
  | 'TOO_LARGE'
  | 'TOO_COSTLY'
  | 'FORBIDDEN'

/** Ends a compilation from any depth of the tree; `compile.ts` turns it into an answer. */
export class Refusal extends Error {
  readonly problem: ConditionProblem

  /** `offset` counts UTF-16 units from the start of the source, the way both parsers do. */
  constructor(reason: RefusalReason, message: string, offset?: number) {
    super(message)
    const place = offset === undefined ? '' : ` at character ${offset + 1}`
    this.problem = { reason, description: `${message}${place}` }
  }
}

/** Refuses at the place under examination. */
export type Refuse = (reason: RefusalReason, message: string) => never
