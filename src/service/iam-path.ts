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

/** A key that ends sooner is no way back in: nobody could make another in time. */
const lastingMs = 3_600_000
/** Where an organization lets no key live long, a tenth of the longest life is left to act. */
const lastingShare = 10

/**
 * Throws `failed-precondition` when what this transaction has done leaves nobody who can manage
 * the organization: no lasting, whole key of the owner or of a holder of all `iam` permissions.
 */
export async function protectIamPath(act: WriteAct): Promise<void> {
  const owner = await act.tx.users.findOwner(act.caller.organizationId)
  if (owner && (await hasLastingKey(act, [{ type: 'user', id: owner.id }]))) return
  if (await anotherPath(act)) return
  throw failedPrecondition(
    'LAST_IAM_PATH',
    'this would leave nobody with all `iam` permissions and a key that lasts: make another first',
  )
}

async function hasLastingKey(act: WriteAct, bearers: readonly PrincipalRef[]): Promise<boolean> {
  return (await lastingKeys(act, bearers)).length > 0
}

async function lastingKeys(act: WriteAct, bearers?: readonly PrincipalRef[]) {
  const { organizationId } = act.caller
  const organization = await act.tx.organizations.find(organizationId)
  const ttlMaxMs = organization?.apiKeyTtlMaxMs ?? Number.POSITIVE_INFINITY
  const untilMs = act.nowMs + Math.floor(Math.min(lastingMs, ttlMaxMs / lastingShare))
  const filter = { expired: { value: false, nowMs: untilMs }, ...(bearers && { bearers }) }
  const keys = await readAll(
    (page) => act.tx.apiKeys.list(organizationId, filter, page),
    byCreation,
  )
  return keys.filter((key) => !isNarrowed(key.narrowing))
}

async function anotherPath(act: WriteAct): Promise<boolean> {
  const keys = await lastingKeys(act)
  const bearers = new Map(keys.map((key) => [key.bearer.id as string, key.bearer]))
  for (const bearer of bearers.values()) {
    // One after another: the first holder ends the search, and there is nearly always one.
    const standing = await loadStanding(act.tx.decisions, bearer)
    if (standing?.principal.status === 'active' && holdingsOf(standing)(administration)) return true
  }
  return false
}
