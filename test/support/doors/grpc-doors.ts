import { expect } from 'vitest'
import {
  type CorpusCase,
  isExpected,
  type Outcome,
  toRawQuestion,
} from '../../../src/domain/corpus.js'
import {
  AuthorizePrincipalRequest,
  AuthorizeRequest,
  type AuthorizeResponse,
  Decision,
  ExplainRequest,
  Reason,
} from '../../../src/grpc/gen/postern/v1/authorization.js'
import { type Api, refusalOf } from '../api.js'
import type { Settled } from '../settle.js'
import type { TestSystem } from '../system.js'

/** The answer of each door of the server, by its name. */
export async function askEveryDoor(
  system: TestSystem,
  settled: Settled,
  asked: CorpusCase,
): Promise<Record<string, Outcome>> {
  const raw = toRawQuestion(asked.question, settled)
  const administrator = settled.administrator(asked)
  const { asker } = asked
  const secret = asker.kind === 'key' ? settled.secretOf(asker.name) : ''
  if (asker.kind === 'principal' || secret === undefined) {
    const principal =
      asker.kind === 'principal'
        ? settled.principalOf(asker.organization, asker.bearer)
        : settled.bearerOf(asker.kind === 'key' ? asker.name : '')
    const named = AuthorizePrincipalRequest.fromPartial({ ...raw, principal } as object)
    const why = ExplainRequest.fromPartial({ ...raw, subject: principal } as object)
    return {
      authorizePrincipal: await outcomeOf(administrator.authorization.authorizePrincipal(named)),
      explain: await explained(administrator, why),
    }
  }
  const apiKey = asker.kind === 'secret' ? asker.secret : secret
  const question = AuthorizeRequest.fromPartial({ ...raw, apiKey } as object)
  const subject = { $case: 'apiKey', value: apiKey }
  const why = ExplainRequest.fromPartial({ ...raw, subject } as object)
  const { authorization } = system.as('')
  return {
    authorize: await outcomeOf(authorization.authorize(question)),
    batch: await batched(system.as(''), question),
    ...(apiKey !== '' && { explain: await explained(administrator, why) }),
  }
}

export async function outcomeOf(answer: Promise<AuthorizeResponse>): Promise<Outcome> {
  try {
    return toOutcome(await answer)
  } catch {
    return { kind: 'invalid', field: (await refusalOf(answer)).fields[0] ?? '' }
  }
}

/** Asked between two others, which must not disturb it. */
async function batched(api: Api, question: AuthorizeRequest): Promise<Outcome> {
  const other = AuthorizeRequest.fromPartial({ apiKey: 'garbage', action: 'a:b', resource: {} })
  const { answers } = await api.authorization.authorizeBatch({
    questions: [other, question, { ...other, action: '' }],
  })
  const answer = answers[1]?.answer
  if (answer?.$case === 'response') return toOutcome(answer.value)
  return { kind: 'invalid', field: answer?.value.violations[0]?.field ?? '' }
}

/** The rules that are said to match must account for the answer that comes with them. */
async function explained(api: Api, request: ExplainRequest): Promise<Outcome> {
  const call = api.authorization.explain(request)
  const outcome = await outcomeOf(call.then(({ answer }) => answer as AuthorizeResponse))
  if (outcome.kind === 'invalid') return outcome
  const { answer, policies } = await call
  const matched = policies.flatMap(({ rules }) => rules).filter((each) => each.matched)
  if (answer?.ruleId) expect(matched.map((each) => each.rule?.id)).toContain(answer.ruleId)
  if (outcome.reason === 'NO_MATCHING_RULE') expect(matched).toEqual([])
  return outcome
}

function toOutcome({ decision, reason, policyName }: AuthorizeResponse): Outcome {
  const name = Object.entries(Reason).find(([, value]) => value === reason)?.[0]
  return {
    kind: 'decision',
    effect: decision === Decision.ALLOW ? 'allow' : 'deny',
    reason: name as Extract<Outcome, { kind: 'decision' }>['reason'],
    policy: policyName,
  }
}

/** Protobuf has no way to send a list where a map belongs. */
export function isSayable({ question }: CorpusCase): boolean {
  return [question.context, question.resource?.attributes].every(
    (value) => value === undefined || (typeof value === 'object' && !Array.isArray(value)),
  )
}

export function expectAll(
  { expected }: CorpusCase,
  outcomes: Readonly<Record<string, Outcome>>,
): void {
  for (const [door, got] of Object.entries(outcomes)) {
    const wanted = JSON.stringify(expected)
    expect(got, `${door}: ${wanted}`).toSatisfy((each: Outcome) => isExpected(expected, each))
  }
}
