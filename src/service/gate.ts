import { type Decision, isCredentialValid } from '../domain/decision.js'
import { DomainError } from '../domain/errors.js'
import { findMisleadingHeader } from '../domain/route/misleading-header.js'
import {
  findOverridingHeader,
  type Header,
  isNamed,
  presentedKey,
} from '../domain/route/presented-key.js'
import {
  isMapped,
  type Mapped,
  mapRequest,
  type RequestHead,
  type Route,
} from '../domain/route/route.js'
import type { RouteOverride } from '../domain/route/route-parser.js'
import type { Answer, AuthorizeInput, Authorizer } from './authorize.js'
import { minimizeLatency } from './entities.js'
import { createOverrides } from './route-overrides.js'

/** A request that stands before somebody's server, as the proxy there describes it. */
export interface GateRequest {
  readonly head: RequestHead
  readonly headers: readonly Header[]
  /** Of the client; empty: not told. */
  readonly ip: string
  /** The proxy's own word on what its route asks; absent: the file of routes says. */
  readonly override?: RouteOverride
}

/** Whether it may pass. `unknown` is no answer, and must let nothing pass. */
export type Passage =
  | { readonly kind: 'allow'; readonly answer: Answer }
  | {
      readonly kind: 'deny'
      readonly reason: string
      readonly message: string
      /** What HTTP would answer: 401 where another key might help, 403 where none would. */
      readonly status: 401 | 403
      readonly answer?: Answer
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly message: string }

/** Decides about requests, from request line and headers; never throws `DomainError`. */
export interface Gate {
  check(request: GateRequest): Passage | Promise<Passage>
}

export interface GateDeps {
  readonly authorizer: Pick<Authorizer, 'authorize' | 'authorizeNow'>
  readonly routes: readonly Route[]
}

export function createGate({ authorizer, routes }: GateDeps): Gate {
  const overrides = createOverrides()
  const ask = (input: AuthorizeInput): Passage | Promise<Passage> => {
    const answer = authorizer.authorizeNow(input)
    if (answer) return toPassage(answer)
    return authorizer
      .authorize(input, { consistency: minimizeLatency })
      .then(toPassage)
      .catch(refusedPassage)
  }
  return {
    check(request) {
      try {
        const { head, headers, override } = request
        const overriding = findOverridingHeader(headers)
        if (overriding) return ambiguous(`\`${overriding}\` is not let through`)
        const misleading = findMisleadingHeader(headers)
        if (misleading) return ambiguous(misleading)
        const mapped = mapRequest(override ? [overrides.routeOf(override)] : routes, head)
        if (!isMapped(mapped)) return deny(403, mapped.reason, mapped.message)
        const key = presentedKey(headers)
        if ('reason' in key) return deny(401, key.reason, keyMessages[key.reason])
        return ask(questionOf(request, mapped, key.apiKey))
      } catch (error) {
        return refusedPassage(error)
      }
    },
  }
}

const keyMessages = {
  CREDENTIAL_MISSING: 'needs an API key: send `authorization: Bearer pst_…`',
  CREDENTIAL_INVALID: 'the API key is not valid',
  CREDENTIAL_AMBIGUOUS: 'more than one API key was sent',
} as const

function questionOf(
  { headers, ip }: GateRequest,
  { action, resource }: Mapped,
  apiKey: string,
): AuthorizeInput {
  const userAgent = headers.find(([name]) => isNamed(name, 'user-agent'))?.[1] ?? ''
  return { apiKey, action, resource, request: { ip, userAgent }, context: undefined }
}

function toPassage(answer: Answer): Passage {
  const { decision } = answer
  if (decision.effect === 'allow') return { kind: 'allow', answer }
  const status = isCredentialValid(decision) ? 403 : 401
  const message = status === 401 ? keyMessages.CREDENTIAL_INVALID : denied(decision)
  return { kind: 'deny', status, reason: decision.reason, message, answer }
}

function denied({ reason }: Decision): string {
  return `not allowed: ${reason}`
}

function ambiguous(message: string): Passage {
  return deny(403, 'REQUEST_AMBIGUOUS', message)
}

function deny(status: 401 | 403, reason: string, message: string): Passage {
  return { kind: 'deny', status, reason, message }
}

/** A question that cannot be asked is denied; one that cannot be answered is not known. */
function refusedPassage(error: unknown): Passage {
  if (!(error instanceof DomainError)) throw error
  if (error.kind === 'invalid') return deny(403, 'QUESTION_INVALID', error.message)
  return { kind: 'unknown', reason: error.reason, message: error.message }
}
