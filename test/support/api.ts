import {
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import { BadRequest, ErrorInfo, QuotaFailure } from '../../src/grpc/gen/google/rpc/error_details.js'
import { Status } from '../../src/grpc/gen/google/rpc/status.js'
import { ApiKeyServiceService } from '../../src/grpc/gen/postern/v1/api_key.js'
import { ApplicationServiceService } from '../../src/grpc/gen/postern/v1/application.js'
import { AuthorizationServiceService } from '../../src/grpc/gen/postern/v1/authorization.js'
import { DocumentServiceService } from '../../src/grpc/gen/postern/v1/document.js'
import { GroupServiceService } from '../../src/grpc/gen/postern/v1/group.js'
import { OrganizationServiceService } from '../../src/grpc/gen/postern/v1/organization.js'
import { PermissionSetServiceService } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { PolicyServiceService } from '../../src/grpc/gen/postern/v1/policy.js'
import { ProjectServiceService } from '../../src/grpc/gen/postern/v1/project.js'
import { ResourceServiceService } from '../../src/grpc/gen/postern/v1/resource.js'
import { SearchServiceService } from '../../src/grpc/gen/postern/v1/search.js'
import { SimulationServiceService } from '../../src/grpc/gen/postern/v1/simulation.js'
import { UserServiceService } from '../../src/grpc/gen/postern/v1/user.js'

/** The parts of a generated method definition that a call needs. */
interface Method<Request, Response> {
  readonly path: string
  requestSerialize(value: Request): Buffer
  requestDeserialize(bytes: Buffer): Request
  responseDeserialize(bytes: Buffer): Response
}

type Calls<Service> = {
  [Name in keyof Service]: Service[Name] extends Method<infer Request, infer Response>
    ? (request?: Partial<Request>) => Promise<Response>
    : never
}

const services = {
  apiKeys: ApiKeyServiceService,
  applications: ApplicationServiceService,
  authorization: AuthorizationServiceService,
  documents: DocumentServiceService,
  groups: GroupServiceService,
  organizations: OrganizationServiceService,
  permissionSets: PermissionSetServiceService,
  policies: PolicyServiceService,
  projects: ProjectServiceService,
  resources: ResourceServiceService,
  searches: SearchServiceService,
  simulations: SimulationServiceService,
  users: UserServiceService,
} as const

/** Every RPC of every service, as one key would call it. */
export type Api = { [Noun in keyof typeof services]: Calls<(typeof services)[Noun]> } & {
  /** Sends bytes of the caller's own making. */
  raw(path: string, bytes: Buffer): Promise<Buffer>
}

export interface Connection {
  /** With what every call of it sends besides. */
  as(secret: string, sent?: Readonly<Record<string, string>>): Api
  close(): void
}

export function connect(
  address: string,
  how = credentials.createInsecure(),
  options: ChannelOptions = {},
): Connection {
  const client = new Client(address, how, options)
  return { as: (secret, sent) => createApi(client, secret, sent), close: () => client.close() }
}

function createApi(
  client: Client,
  secret: string,
  sent: Readonly<Record<string, string>> = {},
): Api {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(sent)) metadata.set(name, value)
  if (secret !== '') metadata.set('authorization', `Bearer ${secret}`)
  const send = <Request, Response>(method: Method<Request, Response>, partial: Partial<Request>) =>
    new Promise<Response>((resolve, reject) => {
      // An empty message decodes to every default: callers name only what differs.
      const request = { ...method.requestDeserialize(Buffer.alloc(0)), ...partial }
      const { path, requestSerialize, responseDeserialize } = method
      const done = (error: ServiceError | null, response?: Response) =>
        error ? reject(error) : resolve(response as Response)
      const options = { deadline: Date.now() + 30_000 }
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        options,
        done,
      )
    })
  const nouns = Object.entries(services).map(([noun, service]) => [
    noun,
    Object.fromEntries(
      Object.entries(service).map(([name, method]) => [
        name,
        (partial = {}) => send(method as Method<object, object>, partial),
      ]),
    ),
  ])
  const bytes = (path: string, body: Buffer) =>
    send<{ body: Buffer }, Buffer>(
      {
        path,
        requestSerialize: (value) => value.body,
        requestDeserialize: () => ({ body }),
        responseDeserialize: (answer) => answer,
      },
      { body },
    )
  return { ...Object.fromEntries(nouns), raw: bytes } as Api
}

/** A refusal as a client sees it. */
export interface Refusal {
  readonly code: number
  readonly message: string
  readonly reason: string
  /** Field paths that were wrong, in order. */
  readonly fields: readonly string[]
  /** The same with their reasons: `name FORMAT`. */
  readonly violations: readonly string[]
  /** What each quota that is exceeded says of itself. */
  readonly quotas: readonly string[]
}

/** Resolves with the refusal; throws when the call succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call
  } catch (error) {
    return readRefusal(error as ServiceError)
  }
  throw new Error('the call succeeded')
}

export function readRefusal(error: ServiceError): Refusal {
  const [bytes] = error.metadata.get('grpc-status-details-bin')
  const details = bytes ? Status.decode(bytes as Buffer).details : []
  const find = (name: string) => details.find((detail) => detail.typeUrl.endsWith(name))?.value
  const violations = BadRequest.decode(find('BadRequest') ?? Buffer.alloc(0)).fieldViolations
  const { violations: quotas } = QuotaFailure.decode(find('QuotaFailure') ?? Buffer.alloc(0))
  return {
    code: error.code,
    message: error.details,
    reason: ErrorInfo.decode(find('ErrorInfo') ?? Buffer.alloc(0)).reason,
    fields: violations.map((violation) => violation.field),
    violations: violations.map((violation) => `${violation.field} ${violation.reason}`),
    quotas: quotas.map(({ subject, description }) => `${subject} ${description}`),
  }
}
