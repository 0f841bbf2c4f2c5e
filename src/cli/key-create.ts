import {
  ApiKeyServiceService,
  type CreateApiKeyRequest,
  CreateApiKeyResponse,
  type KeyNarrowing,
} from '../grpc/gen/postern/v1/api_key.js'
import { givenKey, issuedKeyText } from './api-key-text.js'
import type { Arguments } from './arguments.js'
import { bearerOptions, checkBearer, findBearer } from './bearer.js'
import { findCaller } from './caller.js'
import type { Command } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { findProjectId, nameOfPrincipal } from './directory.js'
import { parseInstantMs } from './duration.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'

export const keyCreate: Command = {
  path: 'key create',
  summary: 'Make an API key and show its secret, this once',
  options: {
    ...bearerOptions,
    description: { value: 'TEXT', help: 'what the key is for' },
    expires: { value: 'WHEN', help: 'how long it lives (90d), or until when (2030-01-31)' },
    'default-project': { value: 'NAME|ID', help: 'where a service that needs one puts things' },
    'allow-action': { value: 'PATTERN', multiple: true, help: 'allow only these actions' },
    'allow-resource': { value: 'PATTERN', multiple: true, help: 'allow only these resources' },
    'allow-project': { value: 'NAME|ID', multiple: true, help: 'allow only these projects' },
    'allow-cidr': { value: 'RANGE', multiple: true, help: 'allow only these source addresses' },
    ...connectionOptions,
  },
  examples: [
    'postern key create --application ci-runner --description "CI" --expires 90d',
    "postern key create --allow-action 'compute:servers:*' --allow-cidr 10.0.0.0/8",
  ],
  async run(args, { terminal, paint, nowMs }) {
    checkBearer(args)
    const expireTime = readExpiry(args, nowMs)
    return withConnection(args, terminal, async (connection) => {
      const request = { ...(await readRequest(args, connection)), expireTime }
      const response = await connection.write(ApiKeyServiceService.createApiKey, request)
      const key = givenKey(response.apiKey)
      const bearerName = key.bearer ? await nameOfPrincipal(connection, key.bearer) : ''
      const issued = { key, bearerName, secret: response.secret }
      return {
        exitCode: exitCodes.ok,
        text: () => issuedKeyText(issued, paint),
        json: () => protoJson('CreateApiKeyResponse', CreateApiKeyResponse, response),
      }
    })
  },
}

function readExpiry(args: Arguments, nowMs: number): Date | undefined {
  const expires = args.text('expires')
  return expires === undefined ? undefined : new Date(parseInstantMs('--expires', expires, nowMs))
}

async function readRequest(
  args: Arguments,
  connection: Connection,
): Promise<Omit<CreateApiKeyRequest, 'expireTime'>> {
  const project = args.text('default-project')
  const [bearer, defaultProjectId, narrowing] = await Promise.all([
    findBearer(args, connection),
    project === undefined ? '' : findProjectId(connection, project),
    readNarrowing(args, connection),
  ])
  return {
    bearer: bearer ?? (await findCaller(connection)).principal,
    description: args.text('description') ?? '',
    defaultProjectId,
    narrowing,
  }
}

async function readNarrowing(args: Arguments, connection: Connection): Promise<KeyNarrowing> {
  const projects = args.texts('allow-project')
  return {
    actions: [...args.texts('allow-action')],
    resources: [...args.texts('allow-resource')],
    projectIds: await Promise.all(projects.map((each) => findProjectId(connection, each))),
    sourceCidrs: [...args.texts('allow-cidr')],
  }
}
