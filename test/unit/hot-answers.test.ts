import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CachedEntities } from '../../src/cache/cached-entities.js'
import { isExpired } from '../../src/domain/api-key.js'
import { createAuthorizationView } from '../../src/domain/authorization-view.js'
import { compileCondition } from '../../src/domain/condition/compile.js'
import type { Decision } from '../../src/domain/decision.js'
import { evaluate } from '../../src/domain/evaluate.js'
import type { PolicyId } from '../../src/domain/ids.js'
import type { CompiledPolicy, CompiledRule } from '../../src/domain/policy.js'
import { parseQuestion } from '../../src/domain/question.js'
import { createSecret } from '../../src/domain/secret.js'
import { Validation } from '../../src/domain/validation.js'
import { toAnswer } from '../../src/grpc/answer.js'
import {
  AuthorizeBatchRequest,
  AuthorizeBatchResponse,
  AuthorizeRequest,
  AuthorizeResponse,
  AuthorizeStreamRequest,
  AuthorizeStreamResponse,
  type Freshness,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { createHotCalls } from '../../src/grpc/hot/hot-calls.js'
import { createAuthorizer } from '../../src/service/authorize.js'
import { RecentSecrets } from '../../src/service/recent-secrets.js'
import { memoryOptions } from '../support/memory-options.js'
import { everyStep, noHurry } from '../support/paces.js'
import { aRule } from '../support/rules.js'
import {
  credential,
  ManualClock,
  organizationId,
  principal,
  ScriptedStore,
} from '../support/scripted-store.js'

/** What the hot methods answer from memory, beside the evaluator that is asked about the same facts. */

const apiKey = createSecret((count) => new Uint8Array(count))
const caller = { admit: () => undefined, leftMs: () => 60_000, isGone: false }
const tenMs = 'timestamp("1970-01-01T00:00:00.010Z")'
const boundMs = memoryOptions.boundMs

const condition = fc.constantFrom(
  ...['', 'resource.id == "a"', `request.time < ${tenMs}`, `request.time >= ${tenMs}`],
)
const rule = fc
  .record({
    effect: fc.constantFrom('allow', 'allow', 'deny'),
    permissions: fc.constantFrom(['*'], ['a:*'], ['a:b'], ['c']),
    resources: fc.constantFrom<readonly string[]>([], ['t/*'], ['*a']),
    source: condition,
  })
  .map(({ source, ...parts }) => {
    return aRule({ name: 'rule', ...conditionOf(source), ...parts } as Partial<CompiledRule> & {
      name: string
    })
  })

function conditionOf(source: string) {
  const compiled = source === '' ? undefined : compileCondition(source)
  if (compiled && !compiled.ok) throw new Error(compiled.problem.description)
  return compiled && { condition: compiled.condition }
}

const question = fc.record({
  action: fc.constantFrom('a:b', 'a:b', 'a:c', 'c'),
  resource: fc.record({
    projectId: fc.constant('0198a000-0000-7000-8000-000000000002'),
    type: fc.constantFrom('t', 'u'),
    id: fc.constantFrom('a', 'b'),
  }),
})
const world = fc.record({
  rules: fc.array(rule, { maxLength: 4 }),
  expiresAtMs: fc.constantFrom(undefined, 9, 10, 11, 5_000),
  isHurried: fc.boolean(),
  wallMs: fc.constantFrom(8, 9, 10, 11),
  questions: fc.array(question, { minLength: 1, maxLength: 40 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

function open({ rules, expiresAtMs, isHurried, wallMs }: World) {
  const clock = new ManualClock()
  const store = new ScriptedStore()
  store.policies = [policyOf(rules)]
  if (expiresAtMs !== undefined) store.expiries.set(apiKey, expiresAtMs)
  store.grant(apiKey)
  clock.wall = wallMs
  const secrets = new RecentSecrets((secret) => secret)
  const pace = isHurried ? everyStep(() => {}) : noHurry
  const entities = new CachedEntities({ store, clock, options: memoryOptions })
  const authorizer = createAuthorizer({ entities, secrets, now: () => clock.wallMs(), pace })
  return { hot: createHotCalls({ authorizer, secretTexts: secrets.texts, pace }), clock }
}

function policyOf(rules: readonly CompiledRule[]): CompiledPolicy {
  return { id: 'policy' as PolicyId, name: 'policy', principal: principal.ref, rules }
}

/** What the evaluator says, and for how long time alone leaves it so. */
function truth({ rules, expiresAtMs }: World, asked: AuthorizeRequest, nowMs: number) {
  const key = credential(apiKey, expiresAtMs)
  const view = createAuthorizationView([policyOf(rules)])
  const parsed = parseQuestion(new Validation(), '', asked)
  const facts = { key, principal, view, projectOrganizationId: organizationId }
  const decision = evaluate(facts, parsed, nowMs)
  return { decision, leftMs: leftMs(decision, expiresAtMs, nowMs) }
}

function leftMs(decision: Decision, expiresAtMs: number | undefined, nowMs: number): number {
  if (decision.timed) return 0
  if (expiresAtMs === undefined || isExpired(expiresAtMs, nowMs)) return Number.POSITIVE_INFINITY
  return expiresAtMs - nowMs
}

function expectSame(
  answer: AuthorizeResponse | undefined,
  { decision }: ReturnType<typeof truth>,
): void {
  const { decision: effect, reason } = toAnswer(decision, '')
  expect(answer).toMatchObject({ decision: effect, reason })
}

function validForMs(freshness: Freshness | undefined): number {
  const { seconds = 0, nanos = 0 } = freshness?.validFor ?? {}
  return Number(seconds) * 1_000 + nanos / 1_000_000
}

/** Where it is read from: among other things, and written over when it was read. */
const arena = Buffer.alloc(65_536, 0xff)

it('hot methods answer as the evaluator does, at any instant and however they rest', async () => {
  const reasons = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const { hot, clock } = open(given)
      const asked = given.questions.map((each) => AuthorizeRequest.fromPartial({ ...each, apiKey }))
      // Twice: from the store, and from memory once time has gone on.
      for (const passMs of [0, 1]) {
        clock.pass(passMs)
        const truths = asked.map((each) => truth(given, each, clock.wall))
        for (const { decision } of truths) {
          reasons.set(decision.reason, (reasons.get(decision.reason) ?? 0) + 1)
        }
        for (const [index, each] of asked.entries()) {
          const known = truths[index] ?? expect.fail()
          const message = lay(AuthorizeRequest.encode(each).finish())
          const answer = AuthorizeResponse.decode(await hot.authorize(message, caller))
          expectSame(answer, known)
          const limitMs = Math.min(boundMs - passMs, known.leftMs)
          expect(validForMs(answer.freshness)).toBeCloseTo(limitMs, 3)
          expectSame(await streamed(hot, each, `id-${index}`), known)
        }
        const { answers, freshness } = await batched(hot, asked)
        for (const [index, { answer }] of answers.entries()) {
          if (answer?.$case !== 'response') expect.fail('a question failed')
          expectSame(answer.value, truths[index] ?? expect.fail())
        }
        const shortestMs = Math.min(boundMs - passMs, ...truths.map((each) => each.leftMs))
        expect(validForMs(freshness)).toBeCloseTo(shortestMs, 3)
      }
    }),
    { numRuns: 300 },
  )
  for (const reason of ['RULE', 'NO_MATCHING_RULE', 'KEY_EXPIRED']) {
    expect(reasons.get(reason)).toBeGreaterThan(100)
  }
}, 30_000)

function lay(message: Uint8Array): Buffer {
  arena.fill(0xff)
  arena.set(message, 7)
  return arena.subarray(7, 7 + message.length)
}

type Hot = ReturnType<typeof createHotCalls>

async function streamed(hot: Hot, question: AuthorizeRequest, id: string) {
  const message = AuthorizeStreamRequest.encode({ id, question }).finish()
  lay(message)
  const octets = await hot.authorizeStreamed(arena, 7, 7 + message.length, caller)
  const answer = AuthorizeStreamResponse.decode(octets)
  expect(answer.id).toBe(id)
  return answer.answer?.$case === 'response' ? answer.answer.value : undefined
}

async function batched(hot: Hot, questions: AuthorizeRequest[]) {
  const message = AuthorizeBatchRequest.encode({ questions, consistency: undefined }).finish()
  return AuthorizeBatchResponse.decode(await hot.authorizeBatch(lay(message), caller))
}

it('a question that fails alone in a stream is told so under its id', async () => {
  const { hot } = open({ rules: [], expiresAtMs: undefined, isHurried: false } as never)
  const question = AuthorizeRequest.fromPartial({ apiKey, action: 'not one', resource: {} })
  const message = AuthorizeStreamRequest.encode({ id: 'mine', question }).finish()
  lay(message)
  const answer = await hot.authorizeStreamed(arena, 7, 7 + message.length, caller)
  const { id, answer: said } = AuthorizeStreamResponse.decode(answer)
  expect([id, said?.$case]).toEqual(['mine', 'error'])
})
