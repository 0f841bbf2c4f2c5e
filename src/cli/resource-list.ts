import {
  ListRegisteredResourcesResponse,
  type RegisteredResource,
  ResourceServiceService,
} from '../grpc/gen/postern/v1/resource.js'
import { allPages, pageSize } from './all-pages.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { findProjectId, projectNames } from './directory.js'
import { exitCodes } from './exit-code.js'
import type { Page } from './pages.js'
import { protoJson } from './proto-json.js'
import { resourceTable } from './resource-table.js'

export const resourceList: Command = {
  path: 'resource list',
  summary: 'List the resources that searches know',
  options: {
    project: { value: 'NAME|ID', help: 'only resources in this project' },
    type: { value: 'TYPE', help: 'only resources of this type' },
    ...connectionOptions,
  },
  async run(args, { terminal }) {
    return withConnection(args, terminal, async (connection) => {
      const project = args.text('project')
      const projectId = project === undefined ? '' : await findProjectId(connection, project)
      const filter = { organizationId: '', type: args.text('type') ?? '', projectId }
      const { items } = await allPages<RegisteredResource, Page<RegisteredResource>>(
        async (pageToken) => {
          const { listRegisteredResources } = ResourceServiceService
          const request = { ...filter, pageSize, pageToken }
          const page = await connection.call(listRegisteredResources, request)
          return { items: page.resources, nextPageToken: page.nextPageToken }
        },
      )
      const names = args.has('json') ? new Map<string, string>() : await projectNames(connection)
      const response = { resources: [...items], nextPageToken: '' }
      return {
        exitCode: exitCodes.ok,
        text: () => resourceTable(items, names),
        json: () =>
          protoJson('ListRegisteredResourcesResponse', ListRegisteredResourcesResponse, response),
      }
    })
  },
}
