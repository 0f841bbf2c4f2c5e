import type { ActKind, LoggedAct } from '../../service/ports/search.js'
import { getAct, searchActs } from '../../service/search.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'
import { toInstant } from './values.js'

const path = `${iam}/logs`
const kinds: readonly ActKind[] = ['created', 'updated', 'deleted']
const types = [
  'api_key',
  'user',
  'application',
  'group',
  'policy',
  'project',
  'permission_set',
  'organization',
] as const

export function logRoutes(calls: Calls): Route[] {
  return [listRoute(calls), getRoute(calls)]
}

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListLogs',
    summary: 'List what was changed, by whom and from where',
    query: [...lists, 'created_after', 'created_before', 'action', 'resource_type', 'search'],
    answer: 'ListLogsResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toSearch(input) }),
      work: searchActs,
      present: ({ items, total }) => ({ logs: items.map(toLog), total_count: total }),
    }),
  }
}

function toSearch(input: Input) {
  const kind = input.choice('action', kinds, 'unknown_action')
  const resourceType = input.choice('resource_type', types, 'unknown_resource_type')
  const text = input.text('search')
  const fromMs = input.instant('created_after')
  const beforeMs = input.instant('created_before')
  return {
    search: {
      ...(kind && { kind }),
      ...(resourceType && { resourceType }),
      ...(text !== undefined && { text }),
      ...(fromMs !== undefined && { fromMs }),
      ...(beforeMs !== undefined && { beforeMs }),
    },
    slice: input.slice({ created_at: 'created_at' }),
  }
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{log_id}`,
    id: 'GetLog',
    summary: 'Get one entry of the log',
    answer: 'Log',
    respond: read({ parse: (input) => input.path('log_id'), work: getAct, present: toLog }),
  }
}

const verbs: Readonly<Record<string, ActKind>> = {
  create: 'created',
  invite: 'created',
  delete: 'deleted',
  decline: 'deleted',
}

function toLog(act: LoggedAct) {
  const verb = act.action.slice(act.action.lastIndexOf(':') + 1)
  return {
    id: act.id,
    created_at: toInstant(act.atMs),
    ip: act.ip,
    user_agent: act.userAgent,
    action: verbs[verb] ?? 'updated',
    bearer_id: act.actorId ?? '',
    organization_id: act.organizationId,
    resource_type: act.resourceType,
    resource_id: act.resourceId,
    permission: act.action,
  }
}
