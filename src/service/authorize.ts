import type { Decision } from '../domain/decision.js'
import { DomainError } from '../domain/errors.js'
import { type DecisionFacts, evaluate } from '../domain/evaluate.js'
import type { ProjectId } from '../domain/ids.js'
import type { Principal } from '../domain/principal.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { isWellFormedSecret, secretMax } from '../domain/secret.js'
import { invalid, parsed, type Validation } from '../domain/validation.js'
import type { Decided, Demand, EntityLookup, EntitySource, Freshness } from './entities.js'
import type { Revision } from './revision.js'

export interface AuthorizeInput extends RawQuestion {
  /** The whole key, as the end client presented it. */
  readonly apiKey: string
}

export interface Answer {
  readonly decision: Decision
  /** What the answer was computed from; absent when the key alone settled it, unread. */
  readonly revision?: Revision
  readonly freshness?: Freshness
}

/** One question of a batch: answered, or refused by itself. */
export type BatchAnswer = { readonly decision: Decision } | { readonly error: DomainError }

/** The hot path. Rejects with `invalid` for a bad question and `unavailable` for a silent store. */
export interface Authorizer {
  authorize(input: AuthorizeInput, demand: Demand): Promise<Answer>
  authorizeBatch(
    inputs: readonly AuthorizeInput[],
    demand: Demand,
  ): Promise<Decided<readonly BatchAnswer[]>>
}

export interface AuthorizerDeps {
  readonly entities: EntitySource
  hashSecret(secret: string): string
  /** Milliseconds since the epoch; read once for each call. */
  now(): number
}

const batchMax = 1_000
const malformed: Decision = { effect: 'deny', reason: 'KEY_MALFORMED' }
const unknown: Decision = { effect: 'deny', reason: 'KEY_NOT_FOUND' }

export function createAuthorizer({ entities, hashSecret, now }: AuthorizerDeps): Authorizer {
  const prepare = (input: AuthorizeInput): Prepared => {
    const question = parsed((v) => parseAsked(v, input))
    if (!isWellFormedSecret(input.apiKey)) return { settled: malformed }
    return { question, secretHash: hashSecret(input.apiKey) }
  }
  return {
    async authorize(input, demand) {
      const prepared = prepare(input)
      if ('settled' in prepared) return { decision: prepared.settled }
      const nowMs = now()
      const { value, revision, freshness } = await entities.decide(demand, (lookup) =>
        decide(lookup, prepared, nowMs),
      )
      return { decision: value, revision, freshness }
    },
    authorizeBatch(inputs, demand) {
      requireBatchSize(inputs)
      const prepared = inputs.map((input) => prepareOne(input, prepare))
      const nowMs = now()
      return entities.decide(demand, (lookup) =>
        prepared.map((each) => answerOne(lookup, each, nowMs)),
      )
    },
  }
}

/** A question that was found good, or settled before anybody had to be asked. */
type Prepared = Asked | { readonly settled: Decision }

interface Asked {
  readonly question: Question
  readonly secretHash: string
}

function decide(lookup: EntityLookup, { question, secretHash }: Asked, nowMs: number): Decision {
  const key = lookup.findCredential(secretHash)
  const principal = key && lookup.findPrincipal(key.bearer)
  if (!principal) return unknown
  const facts = factsOf(lookup, principal, question.resource.projectId)
  return evaluate({ key, ...facts }, question, nowMs)
}

function factsOf(
  lookup: EntityLookup,
  principal: Principal,
  projectId: ProjectId | undefined,
): DecisionFacts {
  const projectOrganizationId =
    projectId === undefined ? undefined : lookup.findProjectOrganization(projectId)
  return { principal, projectOrganizationId, view: lookup.viewOf(principal) }
}

/** A malformed question fails alone; anything else that goes wrong fails the batch. */
function prepareOne(
  input: AuthorizeInput,
  prepare: (input: AuthorizeInput) => Prepared,
): Prepared | { readonly error: DomainError } {
  try {
    return prepare(input)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

function answerOne(
  lookup: EntityLookup,
  prepared: Prepared | { readonly error: DomainError },
  nowMs: number,
): BatchAnswer {
  if ('error' in prepared) return prepared
  if ('settled' in prepared) return { decision: prepared.settled }
  return { decision: decide(lookup, prepared, nowMs) }
}

function parseAsked(v: Validation, input: AuthorizeInput): Question {
  if (input.apiKey === '') v.fail('api_key', 'REQUIRED', 'must be the whole API key')
  else if (input.apiKey.length > secretMax) {
    v.fail('api_key', 'TOO_LONG', `must be at most ${secretMax} characters`)
  }
  return parseQuestion(v, '', input)
}

function requireBatchSize(inputs: readonly unknown[]): void {
  if (inputs.length > 0 && inputs.length <= batchMax) return
  const reason = inputs.length === 0 ? 'REQUIRED' : 'TOO_MANY'
  throw invalid([
    { field: 'questions', reason, description: `must hold 1 to ${batchMax} questions` },
  ])
}
