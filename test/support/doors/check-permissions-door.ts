import type { Outcome } from '../../../src/domain/corpus.js'
import {
  type Door,
  isNothing,
  type Posed,
  presentedBy,
  type Reason,
  withoutPolicy,
} from './door.js'

/** Scaleway's `check-permissions`: what the calling key itself may do, from where it calls. */
export const checkPermissionsDoor: Door = {
  name: 'check-permissions',
  unsaid(posed) {
    const { action, resource, context, request } = posed.raw
    const secret = presentedBy(posed)
    if (secret === undefined) return 'who is named has no key'
    if (!/^[\x21-\x7e]+$/.test(secret)) return 'the key is no value of a header'
    if (action.split(':').length < 3) return 'an action has a service, a name and an action'
    if (!resource) return 'every permission is about some scope'
    if (resource.organizationId && resource.projectId) return 'a scope is one of the two'
    const { type, id, name, locality, attributes } = resource
    if (type || id || name || locality || !isNothing(attributes)) {
      return 'a permission is about no single resource'
    }
    if (!isNothing(context)) return 'there is no context'
    const isTold = Boolean(request?.ip || request?.userAgent)
    return isTold || posed.readsRequest ? 'where it comes from is the caller’s own' : undefined
  },
  async ask(system, posed) {
    const path = '/iam/v1alpha1/check-permissions'
    const answer = await fetch(`http://${system.system.httpAddress}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-auth-token': presentedBy(posed) ?? '',
      },
      body: JSON.stringify({ permissions: [toPermission(posed.raw)] }),
    })
    return toOutcome(answer.status, await answer.json())
  },
  expected: withoutPolicy,
}

function toPermission({ action, resource }: Posed['raw']): object {
  const [service, name, ...rest] = action.split(':')
  return {
    service,
    name,
    action: rest.join(':'),
    ...(resource?.projectId && { project_id: resource.projectId }),
    ...(resource?.organizationId && { organization_id: resource.organizationId }),
  }
}

/** What this face has for a key that is no good. */
const keyReasons: Readonly<Record<string, Reason>> = {
  invalid_argument: 'KEY_MALFORMED',
  not_found: 'KEY_NOT_FOUND',
  expired: 'KEY_EXPIRED',
}

function toOutcome(status: number, body: unknown): Outcome {
  if (status === 400) {
    const { details } = body as { details: { argument_name: string }[] }
    return { kind: 'invalid', field: details[0]?.argument_name ?? '' }
  }
  if (status === 401) {
    const reason = keyReasons[(body as { reason: string }).reason]
    if (!reason) throw new Error(`denied for no reason of a key: ${JSON.stringify(body)}`)
    return { kind: 'decision', effect: 'deny', reason, policy: '' }
  }
  const { responses } = body as { responses: { decision: 'allow' | 'deny'; reason: Reason }[] }
  const [only] = responses
  if (!only) throw new Error(`nothing was answered: ${JSON.stringify(body)}`)
  return { kind: 'decision', effect: only.decision, reason: only.reason, policy: '' }
}
