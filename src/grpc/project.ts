import type { Project } from '../domain/project.js'
import { etagOf } from '../service/etag.js'
import {
  createProject,
  deleteProject,
  getProject,
  listProjects,
  updateProject,
} from '../service/projects.js'
import type {
  CreateProjectRequest,
  DeleteProjectRequest,
  GetProjectRequest,
  ListProjectsRequest,
  ProjectServiceServer,
  UpdateProjectRequest,
  Project as WireProject,
} from './gen/postern/v1/project.js'
import type { Methods } from './method.js'
import { toTime } from './values.js'

export function projectHandlers({ read, write }: Methods): ProjectServiceServer {
  return {
    createProject: write(
      (act, request: CreateProjectRequest) => createProject(act, request),
      toProject,
    ),
    getProject: read(
      (act, request: GetProjectRequest) => getProject(act, request.projectId),
      toProject,
    ),
    listProjects: read(
      (act, request: ListProjectsRequest) => listProjects(act, request),
      ({ items, nextPageToken }, revision) => ({
        projects: items.map((project) => toProject(project, revision)),
        nextPageToken,
      }),
    ),
    updateProject: write(
      (act, { project, updateMask }: UpdateProjectRequest) =>
        updateProject(act, {
          id: project?.id ?? '',
          etag: project?.etag ?? '',
          name: project?.name ?? '',
          description: project?.description ?? '',
          mask: updateMask ?? [],
        }),
      toProject,
    ),
    deleteProject: write(
      (act, request: DeleteProjectRequest) => deleteProject(act, request),
      (_, revision) => ({ revision }),
    ),
  }
}

function toProject(project: Project, revision: string): WireProject {
  return {
    id: project.id,
    organizationId: project.organizationId,
    name: project.name,
    description: project.description,
    createTime: toTime(project.createdAtMs),
    updateTime: toTime(project.updatedAtMs),
    etag: etagOf(project),
    revision,
  }
}
