import { isNarrowed } from '../domain/api-key.js'
import { failedPrecondition } from '../domain/errors.js'
import type { PrincipalRef } from '../domain/principal.js'
import type { WriteAct } from './act.js'
import { loadStanding } from './facts.js'
import { type Grant, holdingsOf } from './grants.js'
import { byCreation, readAll } from './page.js'

/** What somebody must hold to mend an organization. */
const administration: Grant = {
  permission: 'iam:*',
  scopeType: 'organization',
  scope: { kind: 'organization' },
  resources: [],
}

/**
 * Throws `failed-precondition` when what this transaction has done leaves nobody who can manage
 * the organization: no live, whole key of the owner or of a holder of all `iam` permissions.
 */
export async function protectIamPath(act: WriteAct): Promise<void> {
  const owner = await act.tx.users.findOwner(act.caller.organizationId)
  if (owner && (await hasLiveKey(act, [{ type: 'user', id: owner.id }]))) return
  if (await anotherPath(act)) return
  throw failedPrecondition(
    'LAST_IAM_PATH',
    'this would leave nobody with a key and all `iam` permissions: make another first',
  )
}

async function hasLiveKey(act: WriteAct, bearers: readonly PrincipalRef[]): Promise<boolean> {
  return (await liveKeys(act, bearers)).length > 0
}

async function liveKeys(act: WriteAct, bearers?: readonly PrincipalRef[]) {
  const expired = { value: false, nowMs: act.nowMs }
  const filter = { expired, ...(bearers && { bearers }) }
  const keys = await readAll(
    (page) => act.tx.apiKeys.list(act.caller.organizationId, filter, page),
    byCreation,
  )
  return keys.filter((key) => !isNarrowed(key.narrowing))
}

async function anotherPath(act: WriteAct): Promise<boolean> {
  const bearers = new Map((await liveKeys(act)).map((key) => [key.bearer.id as string, key.bearer]))
  for (const bearer of bearers.values()) {
    // One after another: the first holder ends the search, and there is nearly always one.
    const standing = await loadStanding(act.tx.decisions, bearer)
    if (standing?.principal.status === 'active' && holdingsOf(standing)(administration)) return true
  }
  return false
}
