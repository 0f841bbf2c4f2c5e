import { ListActionsResponse, SearchServiceService } from '../grpc/gen/postern/v1/search.js'
import { allPages, pageSize } from './all-pages.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { checkPrincipal, findPrincipal, principalOptions } from './principal-option.js'
import { protoJson } from './proto-json.js'
import { questionOptions, readQuestion } from './question.js'
import { printable } from './terminal.js'

export const whatCan: Command = {
  path: 'what-can',
  summary: 'List the actions that somebody may do on a resource',
  options: { ...principalOptions, ...questionOptions, ...connectionOptions },
  examples: ['postern what-can --user ada@example.com --project shop --type server --id web-1'],
  async run(args, { terminal }) {
    checkPrincipal(args)
    const { items, last } = await withConnection(args, terminal, async (connection) => {
      const principal = await findPrincipal(args, connection)
      const { action: _, ...question } = await readQuestion(args, connection)
      return allPages<string, ListActionsResponse & { items: string[] }>(async (pageToken) => {
        const request = { ...question, principal, pageSize, pageToken }
        const page = await connection.call(SearchServiceService.listActions, request)
        return { ...page, items: page.actions }
      })
    })
    const response = { actions: [...items], nextPageToken: '', revision: last?.revision ?? '' }
    return {
      exitCode: exitCodes.ok,
      text: () => items.map((action) => `${printable(action)}\n`).join('') || 'no known action\n',
      json: () => protoJson('ListActionsResponse', ListActionsResponse, response),
    }
  },
}
