import type { ApiKey, KeyNarrowing } from '../../domain/api-key.js'
import type { ReadAct, WriteAct } from '../../service/act.js'
import { createApiKey } from '../../service/api-key-issue.js'
import { deleteApiKey, getApiKey, updateApiKey } from '../../service/api-keys.js'
import { etagOf } from '../../service/etag.js'
import { type LocatedKey, locateKeys, searchApiKeys } from '../../service/search-keys.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { toKeySearch } from './key-search.js'
import { changedFields } from './mask.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'
import { toInstant, toOptionalInstant } from './values.js'

const path = `${iam}/api-keys`

export function keyRoutes(calls: Calls): Route[] {
  return [
    listRoute(calls),
    createRoute(calls),
    getRoute(calls),
    updateRoute(calls),
    deleteRoute(calls),
  ]
}

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListAPIKeys',
    summary: 'List API keys',
    query: [
      ...lists,
      'editable',
      'expired',
      'access_key',
      'access_keys',
      'description',
      'bearer_id',
      'bearer_type',
      'user_id',
      'application_id',
    ],
    answer: 'ListAPIKeysResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toKeySearch(input) }),
      work: searchApiKeys,
      present: ({ items, total }) => ({
        api_keys: items.map((located) => toKey(located)),
        total_count: total,
      }),
    }),
  }
}

function createRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path,
    id: 'CreateAPIKey',
    summary: 'Create an API key; the only answer that shows its secret',
    body: [
      'application_id',
      'user_id',
      'description',
      'expires_at',
      'default_project_id',
      'narrowing',
    ],
    answer: 'APIKey',
    respond: write({
      parse: toNewKey,
      work: issue,
      present: ([key, secret]) => toKey(key, secret),
    }),
  }
}

function toNewKey(input: Input) {
  const { body } = input
  const nothing = { actions: [], resources: [], projectIds: [], sourceCidrs: [] }
  return {
    userId: body.text('user_id'),
    applicationId: body.text('application_id'),
    description: body.text('description'),
    expiresAtMs: input.bodyInstant('expires_at'),
    defaultProjectId: body.text('default_project_id'),
    form: 'scaleway' as const,
    narrowing:
      body.record('narrowing', (narrowing) => ({
        actions: narrowing.texts('actions'),
        resources: narrowing.texts('resources'),
        projectIds: narrowing.texts('project_ids'),
        sourceCidrs: narrowing.texts('source_cidrs'),
      })) ?? nothing,
  }
}

async function issue(
  act: WriteAct,
  input: ReturnType<typeof toNewKey>,
): Promise<readonly [LocatedKey, string]> {
  const { key, secret } = await createApiKey(act, input)
  // The audit, which tells it later, is written when the transaction ends.
  return [{ key, creationIp: act.caller.ip }, secret]
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{access_key}`,
    id: 'GetAPIKey',
    summary: 'Get an API key, without its secret',
    answer: 'APIKey',
    respond: read({
      parse: (input) => input.path('access_key'),
      work: async (act, id) => located(act, await getApiKey(act, id)),
      present: (key) => toKey(key),
    }),
  }
}

function updateRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/{access_key}`,
    id: 'UpdateAPIKey',
    summary: 'Change what is given of an API key',
    body: ['default_project_id', 'description', 'expires_at'],
    answer: 'APIKey',
    respond: write({ parse: toKeyUpdate, work: changeKey, present: (key) => toKey(key) }),
  }
}

function toKeyUpdate(input: Input) {
  const { body } = input
  const given = changedFields(input, ['default_project_id', 'description', 'expires_at'])
  return {
    accessKey: input.path('access_key'),
    etag: body.text('etag'),
    description: body.text('description'),
    expiresAtMs: input.bodyInstant('expires_at'),
    defaultProjectId: body.text('default_project_id'),
    mask: given.map((name) => (name === 'expires_at' ? 'expire_time' : name)),
  }
}

async function changeKey(
  act: WriteAct,
  input: ReturnType<typeof toKeyUpdate>,
): Promise<LocatedKey> {
  const isNothing = input.mask.length === 0
  const changed = isNothing ? getApiKey(act, input.accessKey) : updateApiKey(act, input)
  return located(act, await changed)
}

function deleteRoute({ write }: Calls): Route {
  return {
    method: 'DELETE',
    path: `${path}/{access_key}`,
    id: 'DeleteAPIKey',
    summary: 'Delete an API key',
    respond: write({ parse: (input) => input.path('access_key'), work: deleteApiKey }),
  }
}

async function located(act: ReadAct, key: ApiKey): Promise<LocatedKey> {
  const [only] = await locateKeys(act, [key])
  return only ?? { key, creationIp: '' }
}

function toKey({ key, creationIp }: LocatedKey, secret: string | null = null) {
  return {
    access_key: key.id,
    secret_key: secret,
    description: key.description,
    created_at: toInstant(key.createdAtMs),
    updated_at: toInstant(key.updatedAtMs),
    expires_at: toOptionalInstant(key.expiresAtMs),
    default_project_id: key.defaultProjectId,
    editable: true,
    deletable: true,
    managed: false,
    creation_ip: creationIp,
    ...(key.bearer.type === 'user'
      ? { user_id: key.bearer.id }
      : { application_id: key.bearer.id }),
    narrowing: toNarrowing(key.narrowing),
    etag: etagOf(key),
  }
}

function toNarrowing({ actions, resources, projectIds, sourceCidrs }: KeyNarrowing) {
  return {
    actions: actions ?? [],
    resources: resources ?? [],
    project_ids: projectIds ?? [],
    source_cidrs: sourceCidrs ?? [],
  }
}
