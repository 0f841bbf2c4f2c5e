import type { FastifyRequest } from 'fastify'
import type { WholeAnswer } from '../whole-answer.js'
import type { Respond } from './calls.js'

/** One operation of the API: served and described from the same place. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With variables as OpenAPI writes them: `/users/{user_id}`. */
  readonly path: string
  /** Unique: `ListUsers`. */
  readonly id: string
  readonly summary: string
  /** Names of query parameters; `lists` are the ones of every list. */
  readonly query?: readonly string[]
  /** Names of the members of the body; a `*` after one means that it is required. */
  readonly body?: readonly string[]
  /** The name of the schema of the answer; absent: there is none. */
  readonly answer?: string
  readonly respond: Respond
  /** Asked before `respond`, where memory may have the answer; `undefined`: it has not. */
  respondNow?(request: FastifyRequest): WholeAnswer | undefined
}

export const iam = '/iam/v1alpha1'

/** What every list by page number takes. */
export const lists = ['order_by', 'page', 'page_size', 'organization_id'] as const
