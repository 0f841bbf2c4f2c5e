import { notFound } from '../../domain/errors.js'
import { ownOrganization, type ReadAct } from '../../service/act.js'
import { requirePermission } from '../../service/require.js'
import type { Slice } from '../../service/search-ports.js'
import type { Calls } from './calls.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'

const path = `${iam}/quota`

/** By name. Clients look for these; none of them has a limit here. */
const kinds = [
  ['iam_api_keys', 'API keys'],
  ['iam_applications', 'Applications'],
  ['iam_groups', 'Groups'],
  ['iam_policies', 'Policies'],
  ['iam_users', 'Users'],
  ['projects', 'Projects'],
] as const

type Kind = (typeof kinds)[number]

export function quotaRoutes(calls: Calls): Route[] {
  return [listRoute(calls), getRoute(calls)]
}

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListQuota',
    summary: 'List quotas: nothing is limited',
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
        const wanted = kinds.filter(([name]) => names?.includes(name) ?? true)
        return { page: sliced(wanted, slice), total: wanted.length }
      },
      present: ({ page, total }) => ({ quota: page.map(toQuotum), total_count: total }),
    }),
  }
}

function getRoute({ read }: Calls): Route {
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
        const kind = kinds.find(([known]) => known === name)
        if (!kind) throw notFound('quotum', name)
        return kind
      },
      present: toQuotum,
    }),
  }
}

function requireReader(act: ReadAct, organizationId: string): void {
  requirePermission(act, 'account:organization:read')
  ownOrganization(act, organizationId)
}

function sliced(all: readonly Kind[], { descending, offset, size }: Slice<string>): Kind[] {
  const ordered = descending ? [...all].reverse() : all
  return ordered.slice(offset, offset + size)
}

function toQuotum([name, pretty]: Kind) {
  return {
    name,
    unlimited: true,
    pretty_name: pretty,
    unit: 'object',
    description: `${pretty} of the organization`,
    locality_type: 'global',
    limits: [{ global: true, unlimited: true }],
  }
}
