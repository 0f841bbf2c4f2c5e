import type { RegisteredResource } from '../grpc/gen/postern/v1/resource.js'
import { ListResourcesResponse, SearchServiceService } from '../grpc/gen/postern/v1/search.js'
import { allPages, pageSize } from './all-pages.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { projectNames } from './directory.js'
import { exitCodes } from './exit-code.js'
import { checkPrincipal, findPrincipal, principalOptions } from './principal-option.js'
import { protoJson } from './proto-json.js'
import { questionOptions, readQuestion } from './question.js'
import { resourceTable } from './resource-table.js'

const { ip, context } = questionOptions
const userAgent = questionOptions['user-agent']

export const whereCan: Command = {
  path: 'where-can',
  summary: 'List the registered resources on which somebody may do an action',
  operands: { usage: 'ACTION', min: 1, max: 1 },
  options: {
    ...principalOptions,
    project: { value: 'NAME|ID', help: 'only resources in this project' },
    type: { value: 'TYPE', help: 'only resources of this type' },
    ...(ip && { ip }),
    ...(userAgent && { 'user-agent': userAgent }),
    ...(context && { context }),
    ...connectionOptions,
  },
  examples: ['postern where-can compute:servers:start --user ada@example.com --type server'],
  async run(args, { terminal }) {
    checkPrincipal(args)
    return withConnection(args, terminal, async (connection) => {
      const principal = await findPrincipal(args, connection)
      const {
        action,
        resource,
        request: facts,
        context: read,
      } = await readQuestion(args, connection)
      const { type, projectId } = resource
      const asked = { principal, action, request: facts, context: read, type, projectId }
      type WithItems = ListResourcesResponse & { items: RegisteredResource[] }
      const { items, last } = await allPages<RegisteredResource, WithItems>(async (pageToken) => {
        const request = { ...asked, pageSize, pageToken }
        const page = await connection.call(SearchServiceService.listResources, request)
        return { ...page, items: page.resources }
      })
      const names = args.has('json') ? new Map<string, string>() : await projectNames(connection)
      const response = { resources: [...items], nextPageToken: '', revision: last?.revision ?? '' }
      return {
        exitCode: exitCodes.ok,
        text: () => resourceTable(items, names),
        json: () => protoJson('ListResourcesResponse', ListResourcesResponse, response),
      }
    })
  },
}
