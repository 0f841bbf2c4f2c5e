import { notFound } from '../../domain/errors.js'
import type { Quotas } from '../../domain/quota.js'
import { ownOrganization, type ReadAct } from '../../service/act.js'
import type { Slice } from '../../service/ports/search.js'
import { requirePermission } from '../../service/require.js'
import type { Calls } from './calls.js'
import { quotumName } from './quotum.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'

const path = `${iam}/quota`

/** By name: those that clients look for. */
const kinds = [
  ['api_keys', 'API keys'],
  ['applications', 'Applications'],
  ['groups', 'Groups'],
  ['policies', 'Policies'],
  ['users', 'Users'],
  ['projects', 'Projects'],
] as const

interface Quotum {
  readonly name: string
  readonly pretty: string
  /** Absent: unlimited. */
  readonly limit: number | undefined
}

export function quotaRoutes(calls: Calls, quotas: Quotas): Route[] {
  const all = kinds.map(([noun, pretty]) => ({
    name: quotumName(noun),
    pretty,
    limit: quotas[noun],
  }))
  return [listRoute(calls, all), getRoute(calls, all)]
}

function listRoute({ read }: Calls, all: readonly Quotum[]): Route {
  return {
    method: 'GET',
    path,
    id: 'ListQuota',
    summary: 'List quotas',
    query: [...lists, 'quotum_names'],
    answer: 'ListQuotaResponse',
    respond: read({
      parse: (input) => ({
        ...organizationOf(input),
        names: input.texts('quotum_names'),
        slice: input.slice({ name: 'name' }),
      }),
      work: async (act, { organizationId, names, slice }) => {
        requireReader(act, organizationId)
        const wanted = all.filter(({ name }) => names?.includes(name) ?? true)
        return { page: sliced(wanted, slice), total: wanted.length }
      },
      present: ({ page, total }) => ({ quota: page.map(toQuotum), total_count: total }),
    }),
  }
}

function getRoute({ read }: Calls, all: readonly Quotum[]): Route {
  return {
    method: 'GET',
    path: `${path}/{quotum_name}`,
    id: 'GetQuotum',
    summary: 'Get one quota',
    query: ['organization_id'],
    answer: 'Quotum',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), name: input.path('quotum_name') }),
      work: async (act, { organizationId, name }) => {
        requireReader(act, organizationId)
        const quotum = all.find((known) => known.name === name)
        if (!quotum) throw notFound('quotum', name)
        return quotum
      },
      present: toQuotum,
    }),
  }
}

function requireReader(act: ReadAct, organizationId: string): void {
  requirePermission(act, 'account:organization:read')
  ownOrganization(act, organizationId)
}

function sliced(all: readonly Quotum[], { descending, offset, size }: Slice<string>): Quotum[] {
  const ordered = descending ? [...all].reverse() : all
  return ordered.slice(offset, offset + size)
}

function toQuotum({ name, pretty, limit }: Quotum) {
  const amount = limit === undefined ? { unlimited: true } : { limit }
  return {
    name,
    ...amount,
    pretty_name: pretty,
    unit: 'object',
    description: `${pretty} of the organization`,
    locality_type: 'global',
    limits: [{ global: true, ...amount }],
  }
}
