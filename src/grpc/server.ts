import { type MethodDefinition, Server, type ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import type { Administration } from '../service/administration.js'
import type { Authorizer } from '../service/authorize.js'
import type { Enroll } from '../service/enrollment.js'
import { type AuthorizePeers, createAdmission } from './admission.js'
import { apiKeyHandlers } from './api-key.js'
import { applicationHandlers } from './application.js'
import { authorizationHandlers } from './authorization.js'
import type { FindCodec } from './commit.js'
import { documentHandlers } from './document.js'
import { ApiKeyServiceService } from './gen/postern/v1/api_key.js'
import { ApplicationServiceService } from './gen/postern/v1/application.js'
import { AuthorizationServiceService } from './gen/postern/v1/authorization.js'
import { DocumentServiceService } from './gen/postern/v1/document.js'
import { GroupServiceService } from './gen/postern/v1/group.js'
import { OrganizationServiceService } from './gen/postern/v1/organization.js'
import { PermissionSetServiceService } from './gen/postern/v1/permission_set.js'
import { PolicyServiceService } from './gen/postern/v1/policy.js'
import { ProjectServiceService } from './gen/postern/v1/project.js'
import { UserServiceService } from './gen/postern/v1/user.js'
import { groupHandlers } from './group.js'
import { createMethods, type MethodsDeps, tolerant } from './method.js'
import { organizationHandlers } from './organization.js'
import { permissionSetHandlers } from './permission-set.js'
import { policyHandlers } from './policy.js'
import { projectHandlers } from './project.js'
import { addReflection } from './reflection.js'
import { userHandlers } from './user.js'

export interface GrpcServerDeps extends MethodsDeps {
  readonly administration: Administration
  readonly authorizer: Authorizer
  readonly authorizePeers: AuthorizePeers
  readonly enroll: Enroll
}

export interface GrpcServer {
  /** Answers the address with the port that was chosen for port 0. */
  listen(address: string, credentials: ServerCredentials): Promise<string>
  /** What health checks are answered. */
  setServing(isServing: boolean): void
  /** Stops accepting, lets calls end for at most `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>
}

const receiveBytesMax = 4 * 1024 * 1024

export function createGrpcServer(deps: GrpcServerDeps): GrpcServer {
  const server = new Server({
    'grpc.max_receive_message_length': receiveBytesMax,
    'grpc.max_concurrent_streams': 256,
    'grpc-node.max_session_memory': 50,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  })
  addServices(server, deps)
  const health = new HealthImplementation({ '': 'SERVING' })
  health.addToServer(server)
  addReflection(server, serviceNames)
  return {
    listen: (address, credentials) => listen(server, address, credentials),
    setServing: (isServing) => health.setStatus('', isServing ? 'SERVING' : 'NOT_SERVING'),
    async close(graceMs) {
      health.setStatus('', 'NOT_SERVING')
      await shutDown(server, graceMs)
    },
  }
}

const serviceNames = [
  'ApiKeyService',
  'ApplicationService',
  'AuthorizationService',
  'DocumentService',
  'GroupService',
  'OrganizationService',
  'PermissionSetService',
  'PolicyService',
  'ProjectService',
  'UserService',
].map((name) => `postern.v1.${name}`)

const services = [
  ApiKeyServiceService,
  ApplicationServiceService,
  AuthorizationServiceService,
  DocumentServiceService,
  GroupServiceService,
  OrganizationServiceService,
  PermissionSetServiceService,
  PolicyServiceService,
  ProjectServiceService,
  UserServiceService,
] as const

function createFindCodec(): FindCodec {
  const all = services.flatMap((service): [string, MethodDefinition<unknown, unknown>][] =>
    Object.values(service).map((method) => [method.path, method]),
  )
  const byPath = new Map(all)
  return (path) => byPath.get(path)
}

function addServices(server: Server, deps: GrpcServerDeps): void {
  const methods = createMethods(deps, createFindCodec())
  const admit = createAdmission(deps.authorizePeers, deps.administration)
  const authorization = authorizationHandlers(methods, { ...deps, admit })
  server.addService(tolerant(AuthorizationServiceService), authorization)
  server.addService(tolerant(OrganizationServiceService), organizationHandlers(methods))
  server.addService(tolerant(ProjectServiceService), projectHandlers(methods))
  server.addService(tolerant(UserServiceService), userHandlers(methods, deps.enroll))
  server.addService(tolerant(ApplicationServiceService), applicationHandlers(methods))
  server.addService(tolerant(GroupServiceService), groupHandlers(methods))
  server.addService(tolerant(ApiKeyServiceService), apiKeyHandlers(methods))
  server.addService(tolerant(PermissionSetServiceService), permissionSetHandlers(methods))
  server.addService(tolerant(PolicyServiceService), policyHandlers(methods))
  server.addService(
    tolerant(DocumentServiceService),
    documentHandlers(methods, deps.administration),
  )
}

function listen(server: Server, address: string, credentials: ServerCredentials): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(error)
      else resolve(address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${port}`))
    })
  })
}

/** Streams such as reflection never end by themselves, so the grace period ends them. */
function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), graceMs)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
