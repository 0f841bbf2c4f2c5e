import type { AskDeps, Asker } from './ask.js'
import { evaluateAccess } from './evaluation.js'
import { evaluateAccesses } from './evaluations.js'
import { searchActions, searchResources, searchSubjects } from './search.js'

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
  /** Whether it is one question, which memory may answer at once. */
  readonly isSingle: boolean
  /** Whether it lists all that would be allowed, which needs more than asking. */
  readonly isSearch: boolean
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
    isSingle: true,
    isSearch: false,
    respond: evaluateAccess,
  },
  {
    name: 'access_evaluations',
    path: '/evaluations',
    id: 'EvaluateAccesses',
    summary: 'Ask many questions at once',
    request: 'AccessEvaluationsRequest',
    answer: 'AccessEvaluationsAnswer',
    isSingle: false,
    isSearch: false,
    respond: evaluateAccesses,
  },
  {
    name: 'search_subject',
    path: '/search/subject',
    id: 'SearchSubjects',
    summary: 'List who may do an action on a resource',
    request: 'SubjectSearchRequest',
    answer: 'SubjectSearchAnswer',
    isSingle: false,
    isSearch: true,
    respond: searchSubjects,
  },
  {
    name: 'search_resource',
    path: '/search/resource',
    id: 'SearchResources',
    summary: 'List the registered resources on which a subject may do an action',
    request: 'ResourceSearchRequest',
    answer: 'ResourceSearchAnswer',
    isSingle: false,
    isSearch: true,
    respond: searchResources,
  },
  {
    name: 'search_action',
    path: '/search/action',
    id: 'SearchActions',
    summary: 'List what a subject may do on a resource',
    request: 'ActionSearchRequest',
    answer: 'ActionSearchAnswer',
    isSingle: false,
    isSearch: true,
    respond: searchActions,
  },
]
