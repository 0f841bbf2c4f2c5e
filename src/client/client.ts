import {
  type ChannelCredentials,
  Client,
  credentials as grpcCredentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import {
  AuthorizationServiceService,
  type AuthorizeBatchRequest,
  type AuthorizeBatchResponse,
  type AuthorizeRequest,
  type AuthorizeResponse,
} from '../grpc/gen/postern/v1/authorization.js'
import { type Answer, toAnswer } from './answer.js'
import { Batching } from './batch.js'
import { fromQuestionError, fromServiceError, PosternError } from './postern-error.js'
import { type Question, toRequest } from './question.js'

export type { Answer } from './answer.js'
export { PosternError } from './postern-error.js'
export type { Question, ResourceOfQuestion } from './question.js'

export interface PosternClientOptions {
  /** `host:port`, or `unix:/path` for a sidecar. */
  readonly address: string
  /** Absent: clear text, for this machine only. */
  readonly credentials?: ChannelCredentials
  /** A key of the service's own, whose bearer holds `iam:decision:ask`; needed beyond loopback. */
  readonly callerKey?: string
  /** Nobody waits longer for an answer, whatever happens. */
  readonly timeoutMs?: number
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
const { authorize, authorizeBatch } = AuthorizationServiceService

export function createPosternClient(options: PosternClientOptions): PosternClient {
  const { address, credentials = grpcCredentials.createInsecure() } = options
  const client = new Client(address, credentials)
  const call = createCall(client, options)
  const batching = new Batching<AuthorizeRequest, AuthorizeResponse>({
    questionsMax,
    ask: (request) => call<AuthorizeRequest, AuthorizeResponse>(authorize, request),
    async askAll(questions) {
      const request = { questions: [...questions], consistency: undefined }
      const { answers } = await call<AuthorizeBatchRequest, AuthorizeBatchResponse>(
        authorizeBatch,
        request,
      )
      return answers.map(({ answer }) =>
        answer?.$case === 'response' ? answer.value : toError(answer?.value),
      )
    },
  })
  const ask = async (question: Question) => toAnswer(await batching.ask(toRequest(question)))
  return {
    authorize: ask,
    allows: (question) =>
      ask(question).then(
        ({ allowed }) => allowed,
        () => false,
      ),
    close: () => client.close(),
  }
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
  const metadata = new Metadata()
  if (callerKey !== undefined) metadata.set('authorization', `Bearer ${callerKey}`)
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
