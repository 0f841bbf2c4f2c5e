import type { ProjectId } from '../../domain/ids.js'
import type { Project } from '../../domain/project.js'
import { etagOf } from '../../service/etag.js'
import { createProject, deleteProject, getProject, updateProject } from '../../service/projects.js'
import { searchProjects } from '../../service/search.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { changedFields } from './mask.js'
import { lists, type Route } from './route.js'
import { organizationOf } from './scope.js'
import { toInstant } from './values.js'

const path = '/account/v3/projects'

export function projectRoutes(calls: Calls): Route[] {
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
    id: 'ListProjects',
    summary: 'List projects',
    query: [...lists, 'name', 'project_ids'],
    answer: 'ListProjectsResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toSearch(input) }),
      work: searchProjects,
      present: ({ items, total }) => ({ projects: items.map(toProject), total_count: total }),
    }),
  }
}

function toSearch(input: Input) {
  const ids = input.ids<ProjectId>('project_ids')
  const name = input.text('name')
  return {
    search: { ...(ids && { ids }), ...(name !== undefined && { name }) },
    slice: input.slice({ created_at: 'created_at', name: 'name' }),
  }
}

function createRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path,
    id: 'CreateProject',
    summary: 'Create a project',
    body: ['name*', 'organization_id', 'description'],
    answer: 'Project',
    respond: write({
      parse: ({ body }) => ({
        organizationId: body.text('organization_id'),
        projectId: '',
        name: body.text('name'),
        description: body.text('description'),
      }),
      work: createProject,
      present: toProject,
    }),
  }
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{project_id}`,
    id: 'GetProject',
    summary: 'Get a project',
    answer: 'Project',
    respond: read({
      parse: (input) => input.path('project_id'),
      work: getProject,
      present: toProject,
    }),
  }
}

function updateRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/{project_id}`,
    id: 'UpdateProject',
    summary: 'Change what is given of a project',
    body: ['name', 'description'],
    answer: 'Project',
    respond: write({
      parse: (input) => ({
        id: input.path('project_id'),
        etag: input.body.text('etag'),
        name: input.body.text('name'),
        description: input.body.text('description'),
        mask: changedFields(input, ['name', 'description']),
      }),
      work: (act, input) =>
        input.mask.length === 0 ? getProject(act, input.id) : updateProject(act, input),
      present: toProject,
    }),
  }
}

function deleteRoute({ write }: Calls): Route {
  return {
    method: 'DELETE',
    path: `${path}/{project_id}`,
    id: 'DeleteProject',
    summary: 'Delete a project; rules that name it lose it',
    respond: write({
      parse: (input) => ({ projectId: input.path('project_id'), etag: '' }),
      work: deleteProject,
    }),
  }
}

function toProject(project: Project) {
  return {
    id: project.id,
    name: project.name,
    organization_id: project.organizationId,
    created_at: toInstant(project.createdAtMs),
    updated_at: toInstant(project.updatedAtMs),
    description: project.description,
    qualification: null,
    etag: etagOf(project),
  }
}
