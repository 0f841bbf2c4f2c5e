import type { AskDeps, Asker } from './ask.js'
import { evaluateAccess } from './evaluation.js'
import { evaluateAccesses } from './evaluations.js'

/** One thing that can be asked: served, described and listed in the metadata from here. */
export interface Operation {
  /** As the metadata names it. */
  readonly name: string
  /** Below `/access/v1`. */
  readonly path: string
  /** Unique: `EvaluateAccess`. */
  readonly id: string
  readonly summary: string
  /** Names of the schemas. */
  readonly request: string
  readonly answer: string
  /** Rejects with `DomainError`. */
  respond(deps: AskDeps, asker: Asker, body: unknown): Promise<object>
}

export const operations: readonly Operation[] = [
  {
    name: 'access_evaluation',
    path: '/evaluation',
    id: 'EvaluateAccess',
    summary: 'Ask whether a subject may do an action on a resource',
    request: 'AccessEvaluationRequest',
    answer: 'AccessDecision',
    respond: evaluateAccess,
  },
  {
    name: 'access_evaluations',
    path: '/evaluations',
    id: 'EvaluateAccesses',
    summary: 'Ask many questions at once',
    request: 'AccessEvaluationsRequest',
    answer: 'AccessEvaluationsAnswer',
    respond: evaluateAccesses,
  },
]
