import type { PermissionSetScopeType } from '../domain/permission-set.js'
import { etagOf } from '../service/etag.js'
import {
  createPermissionSet,
  deletePermissionSet,
  getPermissionSet,
  type ListedPermissionSet,
  listPermissionSets,
  updatePermissionSet,
} from '../service/permission-sets.js'
import {
  type CreatePermissionSetRequest,
  type DeletePermissionSetRequest,
  type GetPermissionSetRequest,
  type ListPermissionSetsRequest,
  type PermissionSetServiceServer,
  type UpdatePermissionSetRequest,
  type PermissionSet as WirePermissionSet,
  PermissionSetScopeType as WireScopeType,
} from './gen/postern/v1/permission_set.js'
import type { Methods } from './method.js'
import { fromEnum, toTime } from './values.js'

export function permissionSetHandlers({ read, write }: Methods): PermissionSetServiceServer {
  return {
    createPermissionSet: write(
      (act, request: CreatePermissionSetRequest) =>
        createPermissionSet(act, {
          ...request,
          scopeType: fromScopeType('scope_type', request.scopeType),
        }),
      toPermissionSet,
    ),
    getPermissionSet: read(
      (act, request: GetPermissionSetRequest) => getPermissionSet(act, request),
      toPermissionSet,
    ),
    listPermissionSets: read(
      (act, request: ListPermissionSetsRequest) => listPermissionSets(act, request),
      ({ items, nextPageToken }, revision) => ({
        permissionSets: items.map((set) => toPermissionSet(set, revision)),
        nextPageToken,
      }),
    ),
    updatePermissionSet: write(
      (act, { permissionSet, updateMask }: UpdatePermissionSetRequest) =>
        updatePermissionSet(act, {
          organizationId: permissionSet?.organizationId ?? '',
          name: permissionSet?.name ?? '',
          etag: permissionSet?.etag ?? '',
          description: permissionSet?.description ?? '',
          permissions: permissionSet?.permissions ?? [],
          mask: updateMask ?? [],
        }),
      toPermissionSet,
    ),
    deletePermissionSet: write(
      (act, request: DeletePermissionSetRequest) => deletePermissionSet(act, request),
      (_, revision) => ({ revision }),
    ),
  }
}

const scopeTypes = {
  projects: WireScopeType.PROJECTS,
  organization: WireScopeType.ORGANIZATION,
} as const satisfies Record<PermissionSetScopeType, WireScopeType>

export function toScopeType(scopeType: PermissionSetScopeType): WireScopeType {
  return scopeTypes[scopeType]
}

export function fromScopeType(
  field: string,
  scopeType: WireScopeType,
): PermissionSetScopeType | undefined {
  return fromEnum<PermissionSetScopeType>(field, scopeType, {
    [WireScopeType.PROJECTS]: 'projects',
    [WireScopeType.ORGANIZATION]: 'organization',
  })
}

function toPermissionSet(set: ListedPermissionSet, revision: string): WirePermissionSet {
  const own = 'organizationId' in set ? set : undefined
  return {
    name: set.name,
    organizationId: own?.organizationId ?? '',
    scopeType: toScopeType(set.scopeType),
    description: set.description,
    permissions: [...set.permissions],
    createTime: own && toTime(own.createdAtMs),
    updateTime: own && toTime(own.updatedAtMs),
    etag: own ? etagOf(own) : '',
    revision,
  }
}
