import type { Duration } from '../grpc/gen/google/protobuf/duration.js'
import {
  type AuthorizeResponse,
  Decision,
  Reason,
  type Freshness as WireFreshness,
} from '../grpc/gen/postern/v1/authorization.js'

/** What Postern answered. A deny is an answer; not knowing is an error. */
export interface Answer {
  readonly allowed: boolean
  /** `RULE`, `NO_MATCHING_RULE`, `KEY_NOT_FOUND` …: see the manual of errors. */
  readonly reason: string
  /** False when the key itself is no good: what HTTP would answer 401 to. */
  readonly credentialValid: boolean
  /** Who asked, once the key was found. */
  readonly principal?: { readonly type: 'user' | 'application'; readonly id: string }
  readonly organizationId: string
  /** The policy that settled it; empty when none did. */
  readonly policyId: string
  readonly policyName: string
  /** To be passed back, so that later answers are not older. */
  readonly revision: string
  /** Absent when the key alone settled the question. */
  readonly freshness?: Freshness
  /** Whether it is an earlier answer, given again under its lease. */
  readonly leased: boolean
}

/** How old the answer was when it was given. */
export interface Freshness {
  readonly ageMs: number
  /** From when the question was sent. */
  readonly validForMs: number
}

/** Only `DECISION_ALLOW` allows: a value that this version does not know is a deny. */
export function toAnswer(response: AuthorizeResponse): Answer {
  const { principal, freshness } = response
  return {
    allowed: response.decision === Decision.ALLOW,
    reason: reasonNames.get(response.reason) ?? 'UNSPECIFIED',
    credentialValid: response.credentialValid,
    ...(principal && {
      principal: {
        type: principal.$case === 'userId' ? 'user' : 'application',
        id: principal.value,
      } as const,
    }),
    organizationId: response.organizationId,
    policyId: response.policyId,
    policyName: response.policyName,
    revision: response.revision,
    ...(freshness && { freshness: toFreshness(freshness) }),
    leased: false,
  }
}

/** What is not said is taken for the least that it can mean. */
function toFreshness({ age, validFor }: WireFreshness): Freshness {
  return {
    ageMs: age ? toMs(age) : Number.POSITIVE_INFINITY,
    validForMs: validFor ? toMs(validFor) : 0,
  }
}

export function toMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1_000 + nanos / 1_000_000
}

const reasonNames = new Map<number, string>(
  Object.entries(Reason).flatMap(([name, value]) =>
    typeof value === 'number' ? [[value, name] as const] : [],
  ),
)
