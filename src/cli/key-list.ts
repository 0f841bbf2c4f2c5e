import {
  type ApiKey,
  ApiKeyServiceService,
  ListApiKeysResponse,
} from '../grpc/gen/postern/v1/api_key.js'
import { bearerText, timeText } from './api-key-text.js'
import type { Arguments } from './arguments.js'
import { bearerOptions, checkBearer, findBearer } from './bearer.js'
import type { Command } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { nameOfPrincipal } from './directory.js'
import { exitCodes } from './exit-code.js'
import { pages } from './pages.js'
import { protoJson } from './proto-json.js'
import { renderTable } from './table.js'

export const keyList: Command = {
  path: 'key list',
  summary: 'List API keys, all that the caller may see',
  options: {
    ...bearerOptions,
    expired: { help: 'only expired ones' },
    ...connectionOptions,
  },
  async run(args, { terminal }) {
    checkBearer(args)
    return withConnection(args, terminal, async (connection) => {
      const keys = await listKeys(args, connection)
      const names = args.has('json') ? new Map() : await bearerNames(connection, keys)
      return {
        exitCode: exitCodes.ok,
        text: () => keyTable(keys, names),
        json: () =>
          protoJson('ListApiKeysResponse', ListApiKeysResponse, {
            apiKeys: keys,
            nextPageToken: '',
          }),
      }
    })
  },
}

async function listKeys(args: Arguments, connection: Connection): Promise<ApiKey[]> {
  const request = {
    organizationId: '',
    pageSize: 100,
    bearer: await findBearer(args, connection),
    ...(args.has('expired') && { expired: true }),
  }
  const all = pages(async (pageToken) => {
    const page = await connection.call(ApiKeyServiceService.listApiKeys, { ...request, pageToken })
    return { items: page.apiKeys, nextPageToken: page.nextPageToken }
  })
  const keys: ApiKey[] = []
  for await (const key of all) keys.push(key)
  return keys
}

/** More bearers than this are shown by id: each name is a call. */
const namesMax = 100

async function bearerNames(
  connection: Connection,
  keys: readonly ApiKey[],
): Promise<ReadonlyMap<string, string>> {
  const bearers = new Map(keys.flatMap(({ bearer }) => (bearer ? [[bearer.value, bearer]] : [])))
  if (bearers.size > namesMax) return new Map()
  const entries = [...bearers].map(
    async ([id, bearer]) => [id, await nameOfPrincipal(connection, bearer)] as const,
  )
  return new Map(await Promise.all(entries))
}

function keyTable(keys: readonly ApiKey[], names: ReadonlyMap<string, string>): string {
  if (keys.length === 0) return 'no keys\n'
  const rows = keys.map((key) => {
    const id = key.bearer?.value ?? ''
    return [
      key.accessKey,
      bearerText(key, names.get(id) ?? id),
      timeText(key.expireTime, 'never'),
      timeText(key.createTime, ''),
      `${key.description}${isNarrowed(key) ? ' (narrowed)' : ''}`.trim(),
    ]
  })
  return renderTable(['ACCESS KEY', 'BEARER', 'EXPIRES', 'CREATED', 'DESCRIPTION'], rows)
}

function isNarrowed({ narrowing }: ApiKey): boolean {
  return Object.values(narrowing ?? {}).some((list: readonly string[]) => list.length > 0)
}
