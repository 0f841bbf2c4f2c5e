import type { Decision } from '../domain/decision.js'
import { DomainError } from '../domain/errors.js'
import type { PrincipalRef } from '../domain/principal.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { parsed } from '../domain/validation.js'
import { type Session, unauthenticated } from './administration.js'
import { permissionQuestion, requireAllowed } from './ask-permission.js'
import type { BatchAnswer } from './authorize.js'
import {
  type Decided,
  EntitiesMissing,
  type EntityLookup,
  type EntitySource,
  type EntityWant,
  minimizeLatency,
} from './entities.js'
import type { Pacer } from './pacer.js'
import type { RecentSecrets } from './recent-secrets.js'
import { stepSize } from './steps.js'

export interface PrincipalQuestion {
  readonly ref: PrincipalRef
  readonly question: RawQuestion
}

/** In the order of the questions; one that is no good fails alone. */
export type PrincipalAnswers = Decided<readonly BatchAnswer[]>

/**
 * Asks about principals of the caller's organization by their ids, as `authorizeSubjects` does, but
 * from memory and within the staleness bound: the caller's right to ask and all answers are those of
 * one state. Throws or rejects with `unauthenticated` or `permission-denied` for a caller who may not
 * ask, and with `unavailable` when no answer is known.
 */
export interface PrincipalAuthorizer {
  /**
   * `undefined`: one of them is no principal of that type and organization, so that its id may be
   * another system's name for somebody, which only the store can tell.
   */
  ask(caller: Session, asked: readonly PrincipalQuestion[]): Promise<PrincipalAnswers | undefined>
  /** The same for a few, without waiting; `undefined` also when something must be awaited. */
  askNow(caller: Session, asked: readonly PrincipalQuestion[]): PrincipalAnswers | undefined
}

export interface PrincipalAuthorizerDeps {
  readonly entities: EntitySource
  readonly secrets: RecentSecrets
  /** Milliseconds since the epoch. */
  now(): number
  /** Begins to count the time that the thread is held. */
  pace(): Pacer
}

export function createPrincipalAuthorizer(deps: PrincipalAuthorizerDeps): PrincipalAuthorizer {
  const { entities, secrets, now, pace } = deps
  const rightOf = rememberRight()
  const identify = (caller: Session) => {
    const secretHash = secrets.hashOfKey(caller.secret)
    if (secretHash === undefined) throw unauthenticated('CREDENTIAL_INVALID')
    return { secretHash, right: rightOf(caller) }
  }
  return {
    async ask(caller, questions) {
      const pacer = pace()
      const known = identify(caller)
      const asked = await pacer.map(questions, prepareOne)
      // The instant is that of the attempt that counts: waiting takes time, and keys expire.
      const work = (lookup: EntityLookup) => answerAll(lookup, { ...known, asked, nowMs: now() })
      const demand = { consistency: minimizeLatency }
      return concluded(await entities.decideInSteps(demand, pacer, work))
    },
    askNow(caller, questions) {
      const prepared = { ...identify(caller), asked: questions.map(prepareOne), nowMs: now() }
      const decided = entities.decideNow(answerFew, prepared)
      return decided && concluded(decided)
    },
  }
}

const permission = 'iam:decision:ask'

/** Whoever asks once asks again, from the same place. Throws `invalid` for an agent that is too long. */
function rememberRight(): (caller: Session) => Question {
  let last:
    | { readonly ip: string; readonly userAgent: string; readonly right: Question }
    | undefined
  return (caller) => {
    const { ip, userAgent } = caller
    if (last?.ip === ip && last.userAgent === userAgent) return last.right
    const right = parsed((v) => parseQuestion(v, '', permissionQuestion(caller, permission)))
    last = { ip, userAgent, right }
    return right
  }
}

interface Prepared {
  readonly secretHash: string
  /** Whether the caller may ask. */
  readonly right: Question
  readonly asked: readonly (Asked | Refused)[]
  readonly nowMs: number
}

interface Asked {
  readonly ref: PrincipalRef
  readonly question: Question
}

type Refused = { readonly error: DomainError }

function prepareOne({ ref, question }: PrincipalQuestion): Asked | Refused {
  try {
    return { ref, question: parsed((v) => parseQuestion(v, '', question)) }
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

/**
 * What one state says. A refusal is a value as long as nobody knows how old the state is: it must not
 * be told from one that is older than the bound.
 */
type Outcome = readonly BatchAnswer[] | { readonly right: Decision } | 'nobody'

const unknownKey: Decision = { effect: 'deny', reason: 'KEY_NOT_FOUND' }

/** More than one step is for who can rest between them. */
function answerFew(lookup: EntityLookup, prepared: Prepared): Outcome {
  const step = answerAll(lookup, prepared).next()
  if (step.done) return step.value
  throw new EntitiesMissing([])
}

/** What any of the questions lacks is loaded at once: rounds do not grow with the batch. */
function* answerAll(lookup: EntityLookup, prepared: Prepared): Generator<void, Outcome, void> {
  const { secretHash, nowMs } = prepared
  const caller = lookup.findDecider(secretHash)
  const right = caller?.decide(prepared.right, undefined, nowMs) ?? unknownKey
  if (!caller || right.effect !== 'allow') return { right }
  const missing: EntityWant[] = []
  const answers: BatchAnswer[] = []
  let left = stepSize
  for (const each of prepared.asked) {
    try {
      const answer = 'error' in each ? each : answerOne(lookup, each, nowMs)
      if (!answer || !isOf(caller.principal.organizationId, answer)) return 'nobody'
      answers.push(answer)
    } catch (error) {
      if (!(error instanceof EntitiesMissing)) throw error
      missing.push(...error.wants)
    }
    if (--left > 0) continue
    left = stepSize
    yield
  }
  if (missing.length > 0) throw new EntitiesMissing(missing)
  return answers
}

function answerOne(
  lookup: EntityLookup,
  { ref, question }: Asked,
  nowMs: number,
): BatchAnswer | undefined {
  const decider = lookup.findPrincipalDecider(ref)
  if (!decider) return undefined
  const { projectId } = question.resource
  const of = projectId === undefined ? undefined : lookup.findProjectOrganization(projectId)
  return { decision: decider.decide(question, of, nowMs) }
}

function isOf(organizationId: string, answer: BatchAnswer): boolean {
  return 'error' in answer || answer.decision.subject?.organizationId === organizationId
}

function concluded({ value, revision, freshness }: Decided<Outcome>): PrincipalAnswers | undefined {
  if (value === 'nobody') return undefined
  if (!('right' in value)) return { value, revision, freshness }
  requireAllowed(value.right, permission)
  throw new Error('a caller who may ask was left without an answer')
}
