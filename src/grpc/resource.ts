import type { RegisteredResource } from '../domain/registered-resource.js'
import { etagOf } from '../service/etag.js'
import {
  deleteResource,
  getResource,
  listResources,
  registerResource,
} from '../service/resources.js'
import type {
  DeleteRegisteredResourceRequest,
  GetRegisteredResourceRequest,
  ListRegisteredResourcesRequest,
  RegisterResourceRequest,
  ResourceServiceServer,
  RegisteredResource as WireResource,
} from './gen/postern/v1/resource.js'
import type { Methods } from './method.js'
import { toTime } from './values.js'

export function resourceHandlers({ read, write }: Methods): ResourceServiceServer {
  return {
    registerResource: write(
      (act, request: RegisterResourceRequest) => registerResource(act, request),
      toRegisteredResource,
    ),
    getRegisteredResource: read(
      (act, request: GetRegisteredResourceRequest) => getResource(act, request),
      toRegisteredResource,
    ),
    listRegisteredResources: read(
      (act, request: ListRegisteredResourcesRequest) => listResources(act, request),
      ({ items, nextPageToken }, revision) => ({
        resources: items.map((resource) => toRegisteredResource(resource, revision)),
        nextPageToken,
      }),
    ),
    deleteRegisteredResource: write(
      (act, request: DeleteRegisteredResourceRequest) => deleteResource(act, request),
      (_, revision) => ({ revision }),
    ),
  }
}

export function toRegisteredResource(
  registered: RegisteredResource,
  revision: string,
): WireResource {
  const { organizationId, projectId = '', type, id, name, locality, attributes } = registered
  return {
    resource: { organizationId, projectId, type, id, name, locality, attributes },
    createTime: toTime(registered.createdAtMs),
    updateTime: toTime(registered.updatedAtMs),
    etag: etagOf(registered),
    revision,
  }
}
