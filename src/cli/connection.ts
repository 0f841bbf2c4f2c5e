import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  ChannelCredentials,
  Client,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js'
import { type TlsChannel, tlsChannel } from '../client/tls-channel.js'
import type { Arguments } from './arguments.js'
import { misconfigured } from './cli-error.js'
import { refusalOf } from './refusal.js'
import { sendAgain } from './send-again.js'
import { readServerSettings, type ServerSettings } from './server-settings.js'
import type { Terminal } from './terminal.js'

/** A server that can be asked. */
export interface Connection {
  /** Whether calls tell who the caller is. */
  readonly apiKey: string | undefined
  /** Rejects with `CliError`, whatever goes wrong. */
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response>
  /**
   * The same for what changes something: it is done once, also when the server could not tell at
   * first whether it was done.
   */
  write<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response>
}

/** Opens a connection for as long as `work` takes. */
export async function withConnection<T>(
  args: Arguments,
  { env }: Pick<Terminal, 'env'>,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const settings = await readServerSettings(args, env)
  const client = createClient(settings)
  try {
    return await work(createConnection(client, settings))
  } finally {
    client.close()
  }
}

const receiveBytesMax = 64 * 1024 * 1024

function createClient(settings: ServerSettings): Client {
  const { credentials, options } = channelOf(settings)
  return new Client(settings.address, credentials, {
    ...options,
    // A proxy that the environment names for the web must not see keys.
    'grpc.enable_http_proxy': 0,
    'grpc.max_receive_message_length': receiveBytesMax,
    'grpc.primary_user_agent': 'postern-cli',
  })
}

function channelOf({ address, tls }: ServerSettings): TlsChannel {
  if (!tls) return { credentials: ChannelCredentials.createInsecure(), options: {} }
  try {
    return tlsChannel(address, tls)
  } catch (cause) {
    throw misconfigured(
      'the TLS files must be a PEM authority, certificate and matching key',
      cause,
    )
  }
}

function createConnection(client: Client, settings: ServerSettings): Connection {
  const call = createCall(client, settings)
  return {
    apiKey: settings.apiKey,
    call,
    write(method, request) {
      const key = randomUUID()
      return sendAgain(() => call(method, request, key), setTimeout)
    },
  }
}

function createCall(client: Client, { apiKey, timeoutMs, address }: ServerSettings) {
  return <Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
    request: Request,
    idempotencyKey?: string,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata()
      if (apiKey !== undefined) metadata.set('authorization', `Bearer ${apiKey}`)
      if (idempotencyKey !== undefined) metadata.set('idempotency-key', idempotencyKey)
      const done = (error: ServiceError | null, response?: unknown) => {
        if (error) reject(refusalOf(error, { address, timeoutMs, hasKey: apiKey !== undefined }))
        else resolve(response as Response)
      }
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        done,
      )
    })
}
