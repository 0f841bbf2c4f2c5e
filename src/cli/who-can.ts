import {
  ListPrincipalsResponse,
  type PermittedPrincipal,
  PrincipalType,
  SearchServiceService,
} from '../grpc/gen/postern/v1/search.js'
import { allPages, pageSize } from './all-pages.js'
import type { Arguments } from './arguments.js'
import { usageError } from './cli-error.js'
import type { Command } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { nameOfPrincipal } from './directory.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { questionOptions, readQuestion } from './question.js'
import { renderTable } from './table.js'

export const whoCan: Command = {
  path: 'who-can',
  summary: 'List the users and applications that may do an action on a resource',
  operands: { usage: 'ACTION', min: 1, max: 1 },
  options: {
    only: { value: 'users|applications', help: 'only these' },
    ...questionOptions,
    ...connectionOptions,
  },
  examples: ['postern who-can compute:servers:start --project shop --type server --id web-1'],
  async run(args, { terminal }) {
    const type = readType(args)
    return withConnection(args, terminal, async (connection) => {
      const { items, last } = await search(args, connection, type)
      const names = args.has('json') ? [] : await namesOf(connection, items)
      const response = { principals: [...items], nextPageToken: '', revision: last?.revision ?? '' }
      return {
        exitCode: exitCodes.ok,
        text: () => table(items, names),
        json: () => protoJson('ListPrincipalsResponse', ListPrincipalsResponse, response),
      }
    })
  },
}

const types: Readonly<Record<string, PrincipalType>> = {
  users: PrincipalType.USER,
  applications: PrincipalType.APPLICATION,
}

function readType(args: Arguments): PrincipalType {
  const only = args.text('only')
  if (only === undefined) return PrincipalType.UNSPECIFIED
  const type = types[only]
  if (type === undefined) throw usageError('--only: must be users or applications')
  return type
}

async function search(args: Arguments, connection: Connection, type: PrincipalType) {
  const question = await readQuestion(args, connection)
  type WithItems = ListPrincipalsResponse & { items: PermittedPrincipal[] }
  return allPages<PermittedPrincipal, WithItems>(async (pageToken) => {
    const request = { ...question, type, pageSize, pageToken }
    const page = await connection.call(SearchServiceService.listPrincipals, request)
    return { ...page, items: page.principals }
  })
}

/** More principals than this are shown by id: each name is a call. */
const namesMax = 100

async function namesOf(
  connection: Connection,
  principals: readonly PermittedPrincipal[],
): Promise<readonly string[]> {
  if (principals.length > namesMax) return []
  return Promise.all(
    principals.map(async ({ principal }) =>
      principal ? nameOfPrincipal(connection, principal) : '',
    ),
  )
}

function table(principals: readonly PermittedPrincipal[], names: readonly string[]): string {
  if (principals.length === 0) return 'nobody\n'
  const rows = principals.map(({ principal }, index) => {
    const id = principal?.value ?? ''
    const kind = principal?.$case === 'applicationId' ? 'application' : 'user'
    return [kind, names[index] ?? id, id]
  })
  return renderTable(['KIND', 'NAME', 'ID'], rows)
}
