import type { MethodDefinition, Server } from '@grpc/grpc-js'
import type { SeenTexts } from '../domain/seen-texts.js'
import type { Administration } from '../service/administration.js'
import type { Authorizer } from '../service/authorize.js'
import type { Enroll } from '../service/enrollment.js'
import type { Gate } from '../service/gate.js'
import type { Asker, Pacer } from '../service/pacer.js'
import type { Schedule } from '../service/schedule.js'
import type { Watching } from '../service/watch/watching.js'
import { type AuthorizePeers, createAdmission } from './admission.js'
import { apiKeyHandlers } from './api-key.js'
import { applicationHandlers } from './application.js'
import { authorizationHandlers } from './authorization.js'
import type { FindCodec } from './commit.js'
import { documentHandlers } from './document.js'
import { extAuthzHandlers, extAuthzService } from './ext-authz.js'
import { createFrontServer } from './front-server.js'
import { ApiKeyServiceService } from './gen/postern/v1/api_key.js'
import { ApplicationServiceService } from './gen/postern/v1/application.js'
import { AuthorizationServiceService } from './gen/postern/v1/authorization.js'
import { DocumentServiceService } from './gen/postern/v1/document.js'
import { GroupServiceService } from './gen/postern/v1/group.js'
import { OrganizationServiceService } from './gen/postern/v1/organization.js'
import { PermissionSetServiceService } from './gen/postern/v1/permission_set.js'
import { PolicyServiceService } from './gen/postern/v1/policy.js'
import { ProjectServiceService } from './gen/postern/v1/project.js'
import { ResourceServiceService } from './gen/postern/v1/resource.js'
import { SearchServiceService } from './gen/postern/v1/search.js'
import { SimulationServiceService } from './gen/postern/v1/simulation.js'
import { UserServiceService } from './gen/postern/v1/user.js'
import { WatchServiceService } from './gen/postern/v1/watch.js'
import { groupHandlers } from './group.js'
import { createHotCalls } from './hot/hot-calls.js'
import { type HotMethodsDeps, hotService, libraryMethods } from './hot/library-methods.js'
import { createLibraryServer } from './library-server.js'
import { createMethods, type MethodsDeps, tolerant } from './method.js'
import { organizationHandlers } from './organization.js'
import { permissionSetHandlers } from './permission-set.js'
import { policyHandlers } from './policy.js'
import { projectHandlers } from './project.js'
import { addReflection } from './reflection.js'
import { resourceHandlers } from './resource.js'
import { searchHandlers } from './search.js'
import { simulationHandlers } from './simulation.js'
import { userHandlers } from './user.js'
import { watchHandlers } from './watch.js'

export interface GrpcServerDeps extends MethodsDeps {
  readonly administration: Administration
  /** The same, for acts that take their time. */
  readonly longActs: Administration
  readonly authorizer: Authorizer
  /** To read keys with. */
  readonly secretTexts: SeenTexts
  readonly authorizePeers: AuthorizePeers
  readonly enroll: Enroll
  readonly gate: Gate
  readonly watching: Watching
  readonly schedule: Schedule
  /** Begins to count the time that the thread is held. */
  pace(asker: Asker): Pacer
  /** Whether our own transport is in front; @grpc/grpc-js takes the port otherwise. */
  readonly wire: boolean
}

export interface GrpcServer {
  /** Answers the address with the port that was chosen for port 0. */
  listen(address: string, tls: TlsMaterial | undefined): Promise<string>
  /** What health checks are answered. */
  setServing(isServing: boolean): void
  /** Stops accepting, lets calls end for at most `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>
}

/** PEM. */
export interface TlsMaterial {
  readonly cert: Buffer
  readonly key: Buffer
  /** Clients must present a certificate of this authority. */
  readonly clientCa?: Buffer
}

export function createGrpcServer(deps: GrpcServerDeps): GrpcServer {
  const hot = createHotCalls(deps)
  const admission = createAdmission(deps.authorizePeers, deps.authorizer)
  const methods = { hot, admission, schedule: deps.schedule, onBug: deps.onBug }
  const library = createLibraryServer((server) => addServices(server, deps, methods))
  return deps.wire ? createFrontServer(library, methods) : library
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
  'ResourceService',
  'SearchService',
  'SimulationService',
  'UserService',
  'WatchService',
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
  ResourceServiceService,
  SearchServiceService,
  SimulationServiceService,
  UserServiceService,
  WatchServiceService,
] as const

function createFindCodec(): FindCodec {
  const all = services.flatMap((service): [string, MethodDefinition<unknown, unknown>][] =>
    Object.values(service).map((method) => [method.path, method]),
  )
  const byPath = new Map(all)
  return (path) => byPath.get(path)
}

function addServices(server: Server, deps: GrpcServerDeps, hotMethods: HotMethodsDeps): void {
  const findCodec = createFindCodec()
  const methods = createMethods(deps, findCodec)
  const searching = createMethods({ ...deps, administration: deps.longActs }, findCodec)
  // The hot methods are the same bytes on every engine.
  server.addService(
    { ...tolerant(AuthorizationServiceService), ...hotService },
    { ...authorizationHandlers(methods), ...libraryMethods(hotMethods) },
  )
  server.addService(tolerant(OrganizationServiceService), organizationHandlers(methods))
  server.addService(tolerant(ProjectServiceService), projectHandlers(methods))
  server.addService(tolerant(UserServiceService), userHandlers(methods, deps.enroll))
  server.addService(tolerant(ApplicationServiceService), applicationHandlers(methods))
  server.addService(tolerant(GroupServiceService), groupHandlers(methods))
  server.addService(tolerant(ApiKeyServiceService), apiKeyHandlers(methods))
  server.addService(tolerant(PermissionSetServiceService), permissionSetHandlers(methods))
  server.addService(tolerant(PolicyServiceService), policyHandlers(methods))
  server.addService(tolerant(ResourceServiceService), resourceHandlers(methods))
  server.addService(tolerant(SearchServiceService), searchHandlers(searching))
  server.addService(tolerant(SimulationServiceService), simulationHandlers(methods, deps.longActs))
  server.addService(
    tolerant(DocumentServiceService),
    documentHandlers(methods, deps.administration),
  )
  server.addService(tolerant(WatchServiceService), watchHandlers(methods, deps.watching))
  server.addService(extAuthzService, extAuthzHandlers({ ...deps, ...hotMethods }))
  addReflection(server, serviceNames)
}
