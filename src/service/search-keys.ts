import type { ApiKey } from '../domain/api-key.js'
import { type PrincipalRef, samePrincipal } from '../domain/principal.js'
import { ownOrganization, type ReadAct } from './act.js'
import { visibleKeys } from './api-keys.js'
import type { ApiKeySearch, Found, KeyOrder } from './ports/search.js'
import type { SearchInput } from './search.js'

/** A key, and the address from which it was made; empty when nobody wrote that down. */
export interface LocatedKey {
  readonly key: ApiKey
  readonly creationIp: string
}

export interface KeySearch extends Omit<ApiKeySearch, 'expired'> {
  readonly expired?: boolean
}

/** Finds among the keys that the caller may list; a user always sees its own. */
export async function searchApiKeys(
  act: ReadAct,
  { organizationId, search, slice }: SearchInput<KeySearch, KeyOrder>,
): Promise<Found<LocatedKey>> {
  const of = ownOrganization(act, organizationId)
  const { expired, ...rest } = search
  const filter: ApiKeySearch = {
    ...rest,
    ...visible(act, search),
    ...(expired !== undefined && { expired: { value: expired, nowMs: act.nowMs } }),
  }
  const { items, total } = await act.tx.search.apiKeys(of, filter, slice)
  return { items: await locateKeys(act, items), total }
}

/** As much of what is asked for as the caller may see. One bearer is asked for by name. */
function visible(act: ReadAct, { bearers, bearerType }: KeySearch): ApiKeySearch {
  const [first, second] = bearers ?? []
  if (first && !second) return visibleKeys(act, first)
  const all: ApiKeySearch = visibleKeys(act, undefined)
  const contradicts = bearerType && all.bearerType && bearerType !== all.bearerType
  if (contradicts) return { bearers: [] }
  if (all.bearers && bearers) return { bearers: common(all.bearers, bearers) }
  return { ...(bearerType && { bearerType }), ...all }
}

function common(a: readonly PrincipalRef[], b: readonly PrincipalRef[]): PrincipalRef[] {
  return a.filter((ref) => b.some((other) => samePrincipal(ref, other)))
}

export async function locateKeys(act: ReadAct, keys: readonly ApiKey[]): Promise<LocatedKey[]> {
  const ids = keys.map(({ id }) => id)
  const origins = await act.tx.search.originsOfKeys(act.caller.organizationId, ids)
  return keys.map((key) => ({ key, creationIp: origins.get(key.id) ?? '' }))
}
