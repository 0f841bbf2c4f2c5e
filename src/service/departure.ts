import type { EntityRef } from '../domain/entity.js'
import type { PolicyPrincipal, PrincipalRef } from '../domain/principal.js'
import { record, type WriteAct } from './act.js'

/**
 * What ceases with a principal: itself, what is attached to it, and its keys. Must be asked before
 * anything is deleted: afterwards the keys are not there to be named.
 */
export async function departing(act: WriteAct, principal: PrincipalRef): Promise<EntityRef[]> {
  const hashes = await act.tx.apiKeys.secretHashesOf(principal)
  return [
    { kind: 'principal', id: principal.id },
    { kind: 'bindings', id: principal.id },
    ...hashes.map((id) => ({ kind: 'credential' as const, id })),
  ]
}

/** The policies survive, inert. */
export async function detachPolicies(act: WriteAct, principal: PolicyPrincipal): Promise<void> {
  const ids = await act.tx.policies.detach(principal)
  for (const id of ids) {
    record(act, {
      action: 'iam:policy:write',
      resourceType: 'policy',
      resourceId: id,
      entities: [{ kind: 'policy', id }],
      before: { principal },
      after: {},
    })
  }
}
