import { failedPrecondition } from '../domain/errors.js'
import type { Store } from './ports/store.js'
import type { StoreUpkeep } from './ports/upkeep.js'
import type { Revision } from './revision.js'

export interface RenewedEpoch {
  readonly before: Revision
  readonly after: Revision
}

/**
 * Says that the store is not the one that it was, as after a restore: servers forget what they
 * hold in memory, and revisions that were handed out before are taken for another store's. Throws
 * `failed-precondition` for a store that holds nothing.
 */
export async function renewEpoch(
  store: Store & StoreUpkeep,
  now: () => number,
): Promise<RenewedEpoch> {
  const { value: root, revision: before } = await store.read((tx) => tx.organizations.findRoot())
  if (!root) throw failedPrecondition('STORE_EMPTY', 'the store holds nothing yet')
  const after = await store.renewEpoch({
    organizationId: root.id,
    entities: [],
    audit: {
      atMs: now(),
      ip: '',
      userAgent: '',
      action: 'store:epoch:renew',
      resourceType: 'store',
      resourceId: '',
      before: { epoch: before.epoch, rev: before.number },
    },
  })
  return { before, after }
}
