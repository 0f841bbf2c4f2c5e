import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../domain/decision.js'
import type { ApiKeyId, OrganizationId, PolicyId, RuleId, UserId } from '../../domain/ids.js'
import { invalid } from '../../domain/validation.js'
import type { BatchAnswer } from '../../service/authorize.js'
import type { Freshness } from '../../service/entities.js'
import { encodeRevision, type Revision } from '../../service/revision.js'
import { toAnswer, toBatchAnswer } from '../answer.js'
import { toFreshness } from '../consistency.js'
import { AuthorizeBatchResponse, AuthorizeResponse } from '../gen/postern/v1/authorization.js'
import { AnswerWriter } from './answer-writer.js'
import { BatchWriter } from './batch-writer.js'

const subject = {
  principal: { type: 'user', id: 'u' as UserId },
  organizationId: 'o' as OrganizationId,
  keyId: 'k' as ApiKeyId,
} as const
const rule = { policyId: 'p' as PolicyId, policyName: 'naïve', ruleId: 'r' as RuleId }
const decisions: readonly Decision[] = [
  { effect: 'allow', reason: 'RULE', subject, rule },
  { effect: 'deny', reason: 'EXPLICIT_DENY', subject, rule },
  { effect: 'deny', reason: 'KEY_NOT_FOUND' },
  { effect: 'allow', reason: 'OWNER', subject },
]

const hex = fc.stringMatching(/^[0-9a-f]{16}$/)
const revision: fc.Arbitrary<Revision> = fc.record({
  epoch: hex,
  number: fc.nat(2 ** 31 - 1),
  nonce: hex,
})
const ms = fc.double({ min: 0, max: 300_000, noNaN: true })
const freshness: fc.Arbitrary<Freshness> = fc.record({
  tier: fc.constantFrom('memory', 'shared', 'store'),
  ageMs: ms,
  validForMs: ms,
})
const decision = fc.constantFrom(...decisions)

describe('an answer written by hand', () => {
  it('is the one that the generated codec would read', () => {
    const writer = new AnswerWriter()
    fc.assert(
      fc.property(decision, revision, freshness, (decided, at, fresh) => {
        const bytes = writer.write({ decision: decided, revision: at, freshness: fresh })
        const wanted = toAnswer(decided, encodeRevision(at), fresh)
        expect(AuthorizeResponse.decode(bytes)).toEqual(wanted)
      }),
    )
  })

  it('without a revision or a freshness has none', () => {
    const [known, , unknown] = decisions as [Decision, Decision, Decision]
    const writer = new AnswerWriter()
    expect(AuthorizeResponse.decode(writer.write({ decision: unknown }))).toEqual(
      toAnswer(unknown, ''),
    )
    const at = { epoch: '00000000000000e1', number: 7, nonce: '00000000000000ff' }
    const bytes = writer.write({ decision: known, revision: at })
    expect(AuthorizeResponse.decode(bytes)).toEqual(toAnswer(known, encodeRevision(at)))
  })
})

it('a batch written by hand is the one that the generated codec would read', () => {
  const writer = new BatchWriter()
  const refusal = invalid([{ field: 'action', reason: 'REQUIRED', description: 'must be given' }])
  const answer: fc.Arbitrary<BatchAnswer> = fc.oneof(
    decision.map((decided) => ({ decision: decided })),
    fc.constant({ error: refusal }),
  )
  fc.assert(
    fc.property(fc.array(answer), revision, freshness, (value, at, fresh) => {
      const bytes = writer.write({ value, revision: at, freshness: fresh })
      const text = encodeRevision(at)
      expect(AuthorizeBatchResponse.decode(bytes)).toEqual({
        answers: value.map((each) => toBatchAnswer(each, text)),
        revision: text,
        freshness: toFreshness(fresh),
      })
    }),
  )
})
