import type { Decision } from '../domain/decision.js'
import { permissionDenied } from '../domain/errors.js'
import type { OrganizationId } from '../domain/ids.js'
import { type Session, unauthenticated } from './administration.js'
import type { AuthorizeInput, Authorizer } from './authorize.js'
import { minimizeLatency } from './entities.js'
import type { Permission } from './permissions.js'

/**
 * Answers at once, or once it is known, for a caller whose key's bearer may ask, with the
 * organization of that key; throws or rejects with `DomainError` for others, and for those of another organization than the
 * one that is named.
 */
export type RequireAsk = (
  session: Session,
  organizationId?: OrganizationId,
) => OrganizationId | Promise<OrganizationId>

/** What asking needs: for one answer, or for a list of all. */
export type AskPermission = 'iam:decision:ask' | 'iam:decision:search'

const organizationItself = {
  organizationId: '',
  projectId: '',
  type: '',
  id: '',
  name: '',
  locality: '',
  attributes: undefined,
}

type Asking = Pick<Authorizer, 'authorize' | 'authorizeNow'>

export function createRequireAsk(
  authorizer: Asking,
  permission: AskPermission = 'iam:decision:ask',
): RequireAsk {
  const decide = createDecideAbout(authorizer, permission)
  return (session, organizationId) => {
    const decision = decide(session, organizationId)
    const organizationOf = (known: Decision) =>
      requireAllowed(known, permission).subject.organizationId
    return decision instanceof Promise ? decision.then(organizationOf) : organizationOf(decision)
  }
}

/**
 * Whether a caller may do something of Postern's own is a question like any other, and answered
 * from memory: about the organization that is named, or else the caller's. Throws or rejects with
 * `DomainError` when it is not known, or nobody calls.
 */
export function createDecideAbout(
  authorizer: Asking,
  permission: Permission,
): (session: Session, organizationId?: OrganizationId) => Decision | Promise<Decision> {
  return (session, organizationId) => {
    if (session.secret === '') throw unauthenticated('CREDENTIAL_MISSING')
    const asked = permissionQuestion(session, permission, organizationId)
    const answer = authorizer.authorizeNow(asked)
    if (answer) return answer.decision
    return authorizer
      .authorize(asked, { consistency: minimizeLatency })
      .then(({ decision }) => decision)
  }
}

/** Whether the caller holds the permission, in its own organization unless another is named. */
export function permissionQuestion(
  { secret: apiKey, ip, userAgent }: Session,
  action: Permission,
  organizationId?: OrganizationId,
): AuthorizeInput {
  const resource = organizationId ? { ...organizationItself, organizationId } : organizationItself
  return { apiKey, action, resource, request: { ip, userAgent }, context: undefined }
}

/** What faces demand of callers who present a key. */
export interface AskRequirements {
  readonly requireAsk: RequireAsk
  /** For lists of all that would be allowed. */
  readonly requireSearch: RequireAsk
}

export function createAskRequirements(authorizer: Asking): AskRequirements {
  return {
    requireAsk: createRequireAsk(authorizer, 'iam:decision:ask'),
    requireSearch: createRequireAsk(authorizer, 'iam:decision:search'),
  }
}

/** Throws what a deny of the permission means for the caller. */
export function requireAllowed(
  decision: Decision,
  permission: Permission,
): Extract<Decision, { effect: 'allow' }> {
  if (decision.effect === 'allow') return decision
  switch (decision.reason) {
    case 'KEY_MALFORMED':
    case 'KEY_NOT_FOUND':
      throw unauthenticated('CREDENTIAL_INVALID')
    case 'KEY_EXPIRED':
      throw unauthenticated('CREDENTIAL_EXPIRED')
    case 'PRINCIPAL_LOCKED':
      throw permissionDenied('PRINCIPAL_LOCKED', 'the bearer of this key is locked')
    default:
      throw permissionDenied('PERMISSION_DENIED', `needs the permission \`${permission}\``, {
        permission,
        organization_id: decision.subject?.organizationId ?? '',
        decision: decision.reason,
      })
  }
}
