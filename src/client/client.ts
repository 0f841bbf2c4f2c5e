import { ChannelCredentials, Client, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import {
  AuthorizationServiceService,
  type AuthorizeBatchRequest,
  type AuthorizeBatchResponse,
  type AuthorizeRequest,
  type AuthorizeResponse,
} from '../grpc/gen/postern/v1/authorization.js'
import { type Answer, toAnswer } from './answer.js'
import { Batching } from './batch.js'
import { Leases } from './leases.js'
import { askLeasing } from './leasing.js'
import { fromQuestionError, fromServiceError, PosternError } from './postern-error.js'
import { type Question, toRequest } from './question.js'
import { type Surroundings, systemSurroundings } from './surroundings.js'
import { type TlsChannel, type TlsSettings, tlsChannel } from './tls-channel.js'
import { startWatching } from './watch.js'

export type { Answer, Freshness } from './answer.js'
export { PosternError } from './postern-error.js'
export type { Question, ResourceOfQuestion } from './question.js'
export type { TlsSettings } from './tls-channel.js'

export interface PosternClientOptions {
  /** `host:port`, or `unix:/path` for a sidecar. */
  readonly address: string
  /** Absent: clear text, for this machine only. `{}` trusts the authorities that this machine does. */
  readonly tls?: TlsSettings
  /** In place of `tls`, for what that cannot say. */
  readonly credentials?: ChannelCredentials
  /** A key of the service's own, whose bearer holds `iam:decision:ask`; needed beyond loopback. */
  readonly callerKey?: string
  /** Nobody waits longer for an answer, whatever happens. */
  readonly timeoutMs?: number
  /** Absent: every question is asked. */
  readonly leases?: LeaseOptions
}

/** Answers are given again while the server would be told, and would tell, of what changes them. */
export interface LeaseOptions {
  /** Whose bearer holds `iam:decision:watch`; absent: `callerKey`. */
  readonly watchKey?: string
  /** How many answers are kept at most; 10,000 unless set. */
  readonly max?: number
  /** Called when nobody tells of changes any more; what was kept is forgotten by then. */
  onLost?(error: PosternError): void
}

/** Asks Postern. One of these serves a whole process: it holds one connection. */
export interface PosternClient {
  /** Rejects with `PosternError` when the answer is not known. */
  authorize(question: Question): Promise<Answer>
  /** False unless the answer is known and is allow: for those who have nothing to say but no. */
  allows(question: Question): Promise<boolean>
  close(): void
}

const timeoutMsDefault = 500
const questionsMax = 1_000
const leasesMaxDefault = 10_000
/** A connection that died without a word is noticed, and made anew. */
const channelOptions = { 'grpc.keepalive_time_ms': 20_000, 'grpc.keepalive_timeout_ms': 5_000 }
const { authorize, authorizeBatch } = AuthorizationServiceService

export function createPosternClient(
  options: PosternClientOptions,
  surroundings: Surroundings = systemSurroundings,
): PosternClient {
  const { credentials, options: own } = channelOf(options)
  const client = new Client(options.address, credentials, { ...channelOptions, ...own })
  const { ask, stop } = createAsking(client, options, surroundings)
  return {
    authorize: ask,
    allows: (question) =>
      ask(question).then(
        ({ allowed }) => allowed,
        () => false,
      ),
    close() {
      stop()
      client.close()
    },
  }
}

function channelOf({ address, tls, credentials }: PosternClientOptions): TlsChannel {
  if (credentials) return { credentials, options: {} }
  return tls
    ? tlsChannel(address, tls)
    : { credentials: ChannelCredentials.createInsecure(), options: {} }
}

interface Asking {
  ask(question: Question): Promise<Answer>
  stop(): void
}

function createAsking(
  client: Client,
  options: PosternClientOptions,
  surroundings: Surroundings,
): Asking {
  const batching = createBatching(client, options)
  const ask = async (request: AuthorizeRequest) => toAnswer(await batching.ask(request))
  const { leases: leasing } = options
  if (!leasing) return { ask: async (question) => ask(toRequest(question)), stop() {} }
  const leases = new Leases<Answer>(surroundings, leasing.max ?? leasesMaxDefault)
  const askOrGive = askLeasing(leases, ask)
  const stop = startWatching({
    client,
    metadata: metadataOf(leasing.watchKey ?? options.callerKey),
    surroundings,
    heard: (told) => leases.heard(told),
    lost(error) {
      leases.lost()
      leasing.onLost?.(error)
    },
  })
  return { ask: async (question) => askOrGive(toRequest(question)), stop }
}

function createBatching(client: Client, options: PosternClientOptions) {
  const call = createCall(client, options)
  return new Batching<AuthorizeRequest, AuthorizeResponse>({
    questionsMax,
    ask: (request) => call<AuthorizeRequest, AuthorizeResponse>(authorize, request),
    async askAll(questions) {
      const request = { questions: [...questions], consistency: undefined }
      const { answers, freshness } = await call<AuthorizeBatchRequest, AuthorizeBatchResponse>(
        authorizeBatch,
        request,
      )
      return answers.map(({ answer }) =>
        // One receipt is for all of them.
        answer?.$case === 'response' ? { ...answer.value, freshness } : toError(answer?.value),
      )
    },
  })
}

function toError(error: Parameters<typeof fromQuestionError>[0] | undefined): PosternError {
  if (error) return fromQuestionError(error)
  return new PosternError('the server left a question unanswered', { code: status.UNKNOWN })
}

interface MethodCodec<Request, Response> {
  readonly path: string
  requestSerialize(value: Request): Buffer
  responseDeserialize(bytes: Buffer): Response
}

function createCall(
  client: Client,
  { callerKey, timeoutMs = timeoutMsDefault }: PosternClientOptions,
) {
  const metadata = metadataOf(callerKey)
  return <Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodCodec<Request, Response>,
    request: Request,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response?: Response) => {
        if (error) reject(fromServiceError(error))
        else if (response === undefined) reject(toError(undefined))
        else resolve(response)
      }
      const serialize = (value: Request) => requestSerialize(value)
      const deserialize = (bytes: Buffer) => responseDeserialize(bytes)
      const call = { deadline: Date.now() + timeoutMs }
      client.makeUnaryRequest(path, serialize, deserialize, request, metadata, call, done)
    })
}

function metadataOf(key: string | undefined): Metadata {
  const metadata = new Metadata()
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`)
  return metadata
}
