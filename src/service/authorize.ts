import type { Decision } from '../domain/decision.js'
import { DomainError } from '../domain/errors.js'
import { evaluate } from '../domain/evaluate.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { isWellFormedSecret, secretMax } from '../domain/secret.js'
import { invalid, parsed, type Validation } from '../domain/validation.js'
import { loadFacts, loadStanding } from './facts.js'
import type { DecisionReader, Store } from './ports.js'
import type { Revision } from './revision.js'

export interface AuthorizeInput extends RawQuestion {
  /** The whole key, as the end client presented it. */
  readonly apiKey: string
}

export interface Answer {
  readonly decision: Decision
  /** What the answer was computed from; absent when the key alone settled it, unread. */
  readonly revision?: Revision
}

/** One question of a batch: answered, or refused by itself. */
export type BatchAnswer = { readonly decision: Decision } | { readonly error: DomainError }

/** The hot path. Rejects with `invalid` for a bad question and `unavailable` for a silent store. */
export interface Authorizer {
  authorize(input: AuthorizeInput): Promise<Answer>
  authorizeBatch(
    inputs: readonly AuthorizeInput[],
  ): Promise<{ readonly answers: readonly BatchAnswer[]; readonly revision?: Revision }>
}

export interface AuthorizerDeps {
  readonly store: Pick<Store, 'read'>
  hashSecret(secret: string): string
  /** Milliseconds since the epoch; read once for each call. */
  now(): number
}

const batchMax = 1_000
const malformed: Decision = { effect: 'deny', reason: 'KEY_MALFORMED' }

export function createAuthorizer({ store, hashSecret, now }: AuthorizerDeps): Authorizer {
  const decideFrom = (reader: DecisionReader, nowMs: number) => {
    // Keys repeat within a batch: what stands behind one is read once.
    const standings = new Map<string, ReturnType<typeof findStanding>>()
    return async (secret: string, question: Question): Promise<Decision> => {
      const hash = hashSecret(secret)
      const found = standings.get(hash) ?? findStanding(reader, hash)
      standings.set(hash, found)
      const standing = await found
      if (!standing) return { effect: 'deny', reason: 'KEY_NOT_FOUND' }
      const facts = await loadFacts(reader, standing, question.resource.projectId)
      return evaluate(facts, question, nowMs)
    }
  }
  return {
    async authorize(input) {
      const question = parsed((v) => parseAsked(v, input))
      if (!isWellFormedSecret(input.apiKey)) return { decision: malformed }
      const { value, revision } = await store.read((tx) =>
        decideFrom(tx.decisions, now())(input.apiKey, question),
      )
      return { decision: value, revision }
    },
    async authorizeBatch(inputs) {
      requireBatchSize(inputs)
      const { value, revision } = await store.read(async (tx) => {
        const decide = decideFrom(tx.decisions, now())
        const answers: BatchAnswer[] = []
        for (const input of inputs) answers.push(await answerOne(input, decide))
        return answers
      })
      return { answers: value, revision }
    },
  }
}

async function findStanding(reader: DecisionReader, hash: string) {
  const credential = await reader.findCredential(hash)
  return credential && loadStanding(reader, credential.bearer, credential)
}

async function answerOne(
  input: AuthorizeInput,
  decide: (secret: string, question: Question) => Promise<Decision>,
): Promise<BatchAnswer> {
  try {
    const question = parsed((v) => parseAsked(v, input))
    if (!isWellFormedSecret(input.apiKey)) return { decision: malformed }
    return { decision: await decide(input.apiKey, question) }
  } catch (error) {
    // A malformed question fails alone; a store that does not answer fails the batch.
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
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
