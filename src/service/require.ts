import { isNarrowed } from '../domain/api-key.js'
import { createAuthorizationView } from '../domain/authorization-view.js'
import type { Decision } from '../domain/decision.js'
import { permissionDenied } from '../domain/errors.js'
import { allowsQuestion, evaluate } from '../domain/evaluate.js'
import type { Question } from '../domain/question.js'
import type { ReadAct } from './act.js'
import type { Permission } from './permissions.js'

/** Throws `permission-denied` unless the caller holds the permission in its organization. */
export function requirePermission(act: ReadAct, permission: Permission): void {
  const decision = decide(act, permission)
  if (decision.effect === 'allow') return
  throw permissionDenied('PERMISSION_DENIED', `needs the permission \`${permission}\``, {
    permission,
    organization_id: act.caller.organizationId,
    decision: decision.reason,
  })
}

export function hasPermission(act: ReadAct, permission: Permission): boolean {
  return decide(act, permission).effect === 'allow'
}

/**
 * For what everybody may do with its own: no policy is needed, but a narrowed key stays within
 * its narrowing.
 */
export function requireWithinKey(act: ReadAct, permission: Permission): void {
  const { key } = act.caller.standing
  if (!key || allowsQuestion(key.narrowing, question(act, permission))) return
  throw permissionDenied('KEY_RESTRICTION', `this key is narrowed and excludes \`${permission}\``, {
    permission,
  })
}

/** For what would hand on rights: no narrowed key may, or it would hand on more than it has. */
export function requireWholeKey(act: ReadAct): void {
  const { key } = act.caller.standing
  if (!key || !isNarrowed(key.narrowing)) return
  throw permissionDenied('KEY_RESTRICTION', 'a narrowed key cannot hand on rights')
}

function decide(act: ReadAct, permission: Permission): Decision {
  const { key, principal, policies } = act.caller.standing
  const facts = { ...(key && { key }), principal, view: createAuthorizationView(policies) }
  return evaluate(facts, question(act, permission), act.nowMs)
}

function question({ caller }: ReadAct, action: Permission): Question {
  return {
    action,
    resource: { organizationId: caller.organizationId, attributes: {}, path: '' },
    request: { ip: caller.ip, userAgent: caller.userAgent },
    context: {},
  }
}
