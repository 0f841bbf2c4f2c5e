import type { PrincipalRef } from '../domain/principal.js'
import { listPermittedActions } from '../service/permitted/actions.js'
import { listPermittedPrincipals } from '../service/permitted/principals.js'
import { listPermittedResources } from '../service/permitted/resources.js'
import {
  type ListActionsRequest,
  type ListPrincipalsRequest,
  type ListResourcesRequest,
  type PermittedPrincipal,
  PrincipalType,
  type SearchServiceServer,
} from './gen/postern/v1/search.js'
import type { Methods } from './method.js'
import { toRegisteredResource } from './resource.js'
import { bearerIds, fromEnum } from './values.js'

export function searchHandlers({ read }: Methods): SearchServiceServer {
  return {
    listActions: read(
      (act, request: ListActionsRequest) =>
        listPermittedActions(act, { ...request, ...bearerIds(request.principal) }),
      ({ items, nextPageToken }, revision) => ({ actions: [...items], nextPageToken, revision }),
    ),
    listPrincipals: read(
      (act, request: ListPrincipalsRequest) =>
        listPermittedPrincipals(act, { ...request, type: fromType(request.type) }),
      ({ items, nextPageToken }, revision) => ({
        principals: items.map(toPrincipal),
        nextPageToken,
        revision,
      }),
    ),
    listResources: read(
      (act, request: ListResourcesRequest) =>
        listPermittedResources(act, { ...request, ...bearerIds(request.principal) }),
      ({ items, nextPageToken }, revision) => ({
        resources: items.map((resource) => toRegisteredResource(resource, revision)),
        nextPageToken,
        revision,
      }),
    ),
  }
}

function fromType(type: PrincipalType): PrincipalRef['type'] | undefined {
  return fromEnum<PrincipalRef['type']>('type', type, {
    [PrincipalType.USER]: 'user',
    [PrincipalType.APPLICATION]: 'application',
  })
}

export function toPrincipal({ type, id }: PrincipalRef): PermittedPrincipal {
  return { principal: { $case: type === 'user' ? 'userId' : 'applicationId', value: id } }
}
