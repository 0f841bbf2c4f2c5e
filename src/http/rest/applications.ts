import type { Application } from '../../domain/application.js'
import type { ApplicationId } from '../../domain/ids.js'
import type { ReadAct } from '../../service/act.js'
import {
  type ApplicationUpdate,
  createApplication,
  deleteApplication,
  getApplication,
  updateApplication,
} from '../../service/applications.js'
import { etagOf } from '../../service/etag.js'
import { type CountedApplication, countKeys, searchApplications } from '../../service/search.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { changedFields } from './mask.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'
import { toInstant } from './values.js'

const path = `${iam}/applications`
const fields = ['description', 'tags', 'external_id', 'attributes'] as const

export function applicationRoutes(calls: Calls): Route[] {
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
    id: 'ListApplications',
    summary: 'List applications',
    query: [...lists, 'name', 'editable', 'application_ids', 'tag'],
    answer: 'ListApplicationsResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toSearch(input) }),
      work: searchApplications,
      present: ({ items, total }) => ({
        applications: items.map(toApplication),
        total_count: total,
      }),
    }),
  }
}

function toSearch(input: Input) {
  const ids = input.ids<ApplicationId>('application_ids')
  const name = input.text('name')
  const tag = input.text('tag')
  // Every application can be edited.
  const hasNone = input.flag('editable') === false
  return {
    search: {
      ...(hasNone ? { ids: [] } : ids && { ids }),
      ...(name !== undefined && { name }),
      ...(tag !== undefined && { tag }),
    },
    slice: input.slice({ created_at: 'created_at', updated_at: 'updated_at', name: 'name' }),
  }
}

function createRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path,
    id: 'CreateApplication',
    summary: 'Create an application',
    body: ['name*', 'organization_id', ...fields],
    answer: 'Application',
    respond: write({
      parse: ({ body }) => ({
        organizationId: body.text('organization_id'),
        applicationId: '',
        ...fieldsOf({ body }),
      }),
      work: async (act, input) => counted(act, await createApplication(act, input)),
      present: toApplication,
    }),
  }
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{application_id}`,
    id: 'GetApplication',
    summary: 'Get an application',
    answer: 'Application',
    respond: read({
      parse: (input) => input.path('application_id'),
      work: async (act, id) => counted(act, await getApplication(act, id)),
      present: toApplication,
    }),
  }
}

function updateRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/{application_id}`,
    id: 'UpdateApplication',
    summary: 'Change what is given of an application',
    body: ['name', ...fields],
    answer: 'Application',
    respond: write({
      parse: (input): ApplicationUpdate => ({
        id: input.path('application_id'),
        etag: input.body.text('etag'),
        ...fieldsOf(input),
        mask: changedFields(input, ['name', ...fields]),
      }),
      work: async (act, input) => {
        const isNothing = input.mask.length === 0
        const changed = isNothing ? getApplication(act, input.id) : updateApplication(act, input)
        return counted(act, await changed)
      },
      present: toApplication,
    }),
  }
}

function deleteRoute({ write }: Calls): Route {
  return {
    method: 'DELETE',
    path: `${path}/{application_id}`,
    id: 'DeleteApplication',
    summary: 'Delete an application and its keys',
    respond: write({
      parse: (input) => ({ applicationId: input.path('application_id'), etag: '' }),
      work: deleteApplication,
    }),
  }
}

function fieldsOf({ body }: Pick<Input, 'body'>) {
  return {
    name: body.text('name'),
    description: body.text('description'),
    externalId: body.text('external_id'),
    tags: body.texts('tags'),
    attributes: body.raw('attributes'),
  }
}

async function counted(act: ReadAct, application: Application): Promise<CountedApplication> {
  const [only] = await countKeys(act, [application])
  return only ?? { application, keys: 0 }
}

function toApplication({ application, keys }: CountedApplication) {
  return {
    id: application.id,
    name: application.name,
    description: application.description,
    created_at: toInstant(application.createdAtMs),
    updated_at: toInstant(application.updatedAtMs),
    organization_id: application.organizationId,
    editable: true,
    deletable: true,
    managed: false,
    nb_api_keys: keys,
    tags: application.tags,
    external_id: application.externalId ?? '',
    attributes: application.attributes,
    etag: etagOf(application),
  }
}
