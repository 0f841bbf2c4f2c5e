import type { Application } from '../domain/application.js'
import {
  createApplication,
  deleteApplication,
  getApplication,
  listApplications,
  updateApplication,
} from '../service/applications.js'
import { etagOf } from '../service/etag.js'
import type {
  ApplicationServiceServer,
  CreateApplicationRequest,
  DeleteApplicationRequest,
  GetApplicationRequest,
  ListApplicationsRequest,
  UpdateApplicationRequest,
  Application as WireApplication,
} from './gen/postern/v1/application.js'
import type { Methods } from './method.js'
import { toTime } from './values.js'

export function applicationHandlers({ read, write }: Methods): ApplicationServiceServer {
  return {
    createApplication: write(
      (act, request: CreateApplicationRequest) => createApplication(act, request),
      toApplication,
    ),
    getApplication: read(
      (act, request: GetApplicationRequest) => getApplication(act, request.applicationId),
      toApplication,
    ),
    listApplications: read(
      (act, request: ListApplicationsRequest) => listApplications(act, request),
      ({ items, nextPageToken }, revision) => ({
        applications: items.map((application) => toApplication(application, revision)),
        nextPageToken,
      }),
    ),
    updateApplication: write(
      (act, { application, updateMask }: UpdateApplicationRequest) =>
        updateApplication(act, {
          id: application?.id ?? '',
          etag: application?.etag ?? '',
          name: application?.name ?? '',
          description: application?.description ?? '',
          externalId: application?.externalId ?? '',
          tags: application?.tags ?? [],
          attributes: application?.attributes,
          mask: updateMask ?? [],
        }),
      toApplication,
    ),
    deleteApplication: write(
      (act, request: DeleteApplicationRequest) => deleteApplication(act, request),
      (_, revision) => ({ revision }),
    ),
  }
}

function toApplication(application: Application, revision: string): WireApplication {
  return {
    id: application.id,
    organizationId: application.organizationId,
    name: application.name,
    description: application.description,
    externalId: application.externalId ?? '',
    tags: [...application.tags],
    attributes: application.attributes,
    createTime: toTime(application.createdAtMs),
    updateTime: toTime(application.updatedAtMs),
    etag: etagOf(application),
    revision,
  }
}
