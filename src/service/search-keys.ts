import type { ApiKey } from '../domain/api-key.js'
import type { PrincipalRef } from '../domain/principal.js'
import { ownOrganization, type ReadAct } from './act.js'
import { visibleKeys } from './api-keys.js'
import type { SearchInput } from './search.js'
import type { ApiKeySearch, Found, KeyOrder } from './search-ports.js'

/** A key, and the address from which it was made; empty when nobody wrote that down. */
export interface LocatedKey {
  readonly key: ApiKey
  readonly creationIp: string
}

export interface KeySearch extends Omit<ApiKeySearch, 'bearers' | 'expired'> {
  readonly bearer?: PrincipalRef
  readonly expired?: boolean
}

/** Finds among the keys that the caller may list; a user always sees its own. */
export async function searchApiKeys(
  act: ReadAct,
  { organizationId, search, slice }: SearchInput<KeySearch, KeyOrder>,
): Promise<Found<LocatedKey>> {
  const of = ownOrganization(act, organizationId)
  const { bearer, expired, bearerType, ...rest } = search
  const visible = visibleKeys(act, bearer)
  const hides = 'bearerType' in visible && bearerType && visible.bearerType !== bearerType
  if (hides) return { items: [], total: 0 }
  const filter: ApiKeySearch = {
    ...rest,
    ...(bearerType && { bearerType }),
    ...visible,
    ...(expired !== undefined && { expired: { value: expired, nowMs: act.nowMs } }),
  }
  const { items, total } = await act.tx.search.apiKeys(of, filter, slice)
  return { items: await locateKeys(act, items), total }
}

export async function locateKeys(act: ReadAct, keys: readonly ApiKey[]): Promise<LocatedKey[]> {
  const ids = keys.map(({ id }) => id)
  const origins = await act.tx.search.originsOfKeys(act.caller.organizationId, ids)
  return keys.map((key) => ({ key, creationIp: origins.get(key.id) ?? '' }))
}
