import type { Organization } from '../domain/organization.js'
import { etagOf } from '../service/etag.js'
import {
  createOrganization,
  deleteOrganization,
  getOrganization,
  updateOrganization,
} from '../service/organizations.js'
import type {
  CreateOrganizationRequest,
  DeleteOrganizationRequest,
  GetOrganizationRequest,
  OrganizationServiceServer,
  UpdateOrganizationRequest,
  Organization as WireOrganization,
} from './gen/postern/v1/organization.js'
import type { Methods } from './method.js'
import { toUser } from './user.js'
import { fromDuration, toDuration, toTime } from './values.js'

export function organizationHandlers({ read, write }: Methods): OrganizationServiceServer {
  return {
    createOrganization: write(
      (act, request: CreateOrganizationRequest) => createOrganization(act, request),
      ({ organization, owner, ownerKey }, revision) => ({
        organization: toOrganization(organization, revision),
        owner: toUser(owner, revision),
        ownerApiKey: ownerKey.secret,
        ownerAccessKey: ownerKey.key.id,
        revision,
      }),
    ),
    getOrganization: read(
      (act, request: GetOrganizationRequest) => getOrganization(act, request.organizationId),
      toOrganization,
    ),
    updateOrganization: write(
      (act, { organization, updateMask }: UpdateOrganizationRequest) =>
        updateOrganization(act, {
          id: organization?.id ?? '',
          etag: organization?.etag ?? '',
          name: organization?.name ?? '',
          apiKeyTtlMaxMs: fromDuration(organization?.apiKeyTtlMax),
          mask: updateMask ?? [],
        }),
      toOrganization,
    ),
    deleteOrganization: write(
      (act, request: DeleteOrganizationRequest) => deleteOrganization(act, request),
      (_, revision) => ({ revision }),
    ),
  }
}

function toOrganization(organization: Organization, revision: string): WireOrganization {
  return {
    id: organization.id,
    name: organization.name,
    apiKeyTtlMax: toDuration(organization.apiKeyTtlMaxMs),
    createTime: toTime(organization.createdAtMs),
    updateTime: toTime(organization.updatedAtMs),
    etag: etagOf(organization),
    revision,
  }
}
