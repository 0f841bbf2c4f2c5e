import type { OrganizationId } from '../../domain/ids.js'
import { type Administration, type Session, unauthenticated } from '../../service/administration.js'
import type { PrincipalAuthorizer } from '../../service/ask-principals.js'
import { actsForNames, authorizeSubjects } from '../../service/ask-subjects.js'
import type { Authorizer, BatchAnswer } from '../../service/authorize.js'
import { minimizeLatency } from '../../service/entities.js'
import { encodeRevision } from '../../service/revision.js'
import { asToldTo } from './foreign-key.js'
import { principalIn } from './principal.js'
import { type Asked, keyType } from './question.js'
import { inRequestWords } from './request-words.js'

export interface AskDeps {
  readonly administration: Administration
  /** The same, for what takes its time. */
  readonly longActs: Administration
  readonly authorizer: Authorizer
  readonly principals: PrincipalAuthorizer
}

/** An answer, and the state that it is of. */
export type Answered = BatchAnswer & { readonly revision: string }

/** Who asks; without a key, about nobody but keys. */
export interface Asker {
  readonly caller?: Session | undefined
  /** Of the path; absent: the caller's. */
  readonly organizationId?: OrganizationId | undefined
  /** Of the caller's key. */
  readonly homeId?: OrganizationId | undefined
}

/**
 * Answers all questions, in their order. Those about keys are answered from memory, like
 * `AuthorizeBatch`; those that name principals from one state, too: of memory, when all of them are
 * named by their ids, else of the store, like `AuthorizePrincipal`. Rejects with `unauthenticated`
 * when only a caller with a key may ask, and with `unavailable` when no answer is known.
 */
export async function askAll(
  deps: AskDeps,
  asker: Asker,
  asked: readonly Asked[],
): Promise<Answered[]> {
  const { caller } = asker
  const byKey = asked.filter(isAboutKey)
  const byName = asked.filter((each) => !isAboutKey(each))
  if (byName.length > 0 && !caller) throw unauthenticated('CREDENTIAL_MISSING')
  const [keyAnswers, nameAnswers] = await Promise.all([
    askAboutKeys(deps, asker, byKey),
    caller ? askByName(deps, caller, byName) : [],
  ])
  const answers = new Map([...zip(byKey, keyAnswers), ...zip(byName, nameAnswers)])
  return asked.flatMap((each) => {
    const answer = answers.get(each)
    return answer ? [inWordsOf(each, answer)] : []
  })
}

function isAboutKey({ subject }: Asked): boolean {
  return subject.type === keyType
}

async function askAboutKeys(
  { authorizer }: AskDeps,
  asker: Asker,
  asked: readonly Asked[],
): Promise<readonly Answered[]> {
  if (asked.length === 0) return []
  const inputs = asked.map(({ subject, question }) => ({ apiKey: subject.id, ...question }))
  const batch = authorizer.batch(inputs)
  const decided = batch.answerNow() ?? (await batch.answer({ consistency: minimizeLatency }))
  const revision = encodeRevision(decided.revision)
  return decided.value.map((answer) =>
    'error' in answer
      ? { revision, ...answer }
      : { decision: asToldTo(asker, answer.decision), revision },
  )
}

async function askByName(
  deps: AskDeps,
  caller: Session,
  asked: readonly Asked[],
): Promise<readonly Answered[]> {
  if (asked.length === 0) return []
  const stamped =
    (await askById(deps.principals, caller, asked)) ??
    (await actsForNames(deps, asked).read(caller, (act) => authorizeSubjects(act, asked)))
  const revision = encodeRevision(stamped.revision)
  return stamped.value.map((answer) => ({ revision, ...answer }))
}

async function askById(principals: PrincipalAuthorizer, caller: Session, asked: readonly Asked[]) {
  const byId = asked.flatMap(({ subject, question }) => {
    const ref = principalIn(subject)
    return ref ? [{ ref, question }] : []
  })
  return byId.length < asked.length ? undefined : principals.ask(caller, byId)
}

function zip(
  asked: readonly Asked[],
  answers: readonly Answered[],
): (readonly [Asked, Answered])[] {
  return answers.flatMap((answer, at) => {
    const question = asked[at]
    return question ? [[question, answer] as const] : []
  })
}

function inWordsOf({ parts }: Asked, answer: Answered): Answered {
  if (!('error' in answer)) return answer
  return { ...answer, error: inRequestWords(answer.error, parts) }
}
