import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../domain/errors.js'
import type { Quotas } from '../../domain/quota.js'
import { readJson } from '../json-scope.js'
import { pathOf } from '../unrouted.js'
import { sendWhole } from '../whole-answer.js'
import { applicationRoutes } from './applications.js'
import { type Answer, createCalls, secretOf } from './calls.js'
import { type CheckPermissionsDeps, checkPermissionsRoutes } from './check-permissions.js'
import { describeRoute } from './describe.js'
import {
  internalError,
  invalidArguments,
  methodNotAllowed,
  noSuchRoute,
  type RestError,
  toRestError,
} from './errors.js'
import { groupMemberRoutes } from './group-members.js'
import { groupRoutes } from './groups.js'
import { keyRoutes } from './keys.js'
import { logRoutes } from './logs.js'
import { organizationRoutes } from './organizations.js'
import { permissionSetRoutes } from './permission-sets.js'
import { policyRoutes } from './policies.js'
import { projectRoutes } from './projects.js'
import { quotaRoutes } from './quota.js'
import type { Route } from './route.js'
import { ruleRoutes } from './rules.js'
import { unsupportedRoutes } from './unsupported.js'
import { userRoutes } from './users.js'

export interface RestDeps extends CheckPermissionsDeps {
  readonly quotas: Quotas
  /** Called with what is no refusal: a bug, to be logged. */
  onBug(error: unknown, path: string): void
}

const prefixes = ['/iam', '/account']

/** Serves what clients of Scaleway's IAM and project APIs call, as they expect to be answered. */
export function addRest(app: FastifyInstance, deps: RestDeps): void {
  for (const prefix of prefixes) {
    const routes = restRoutes(deps).filter(({ path }) => path.startsWith(prefix))
    app.register(
      async (scope) => {
        // Clients send the type with a character set, without one, and with no body at all.
        readJson(scope)
        scope.setErrorHandler((error: FastifyError, request, reply) => {
          send(reply, fromError(deps, error, request))
        })
        for (const route of routes) add(scope, route, prefix)
      },
      { prefix },
    )
  }
}

/**
 * Answers a request below these APIs that no route is for, its path being too odd or long for any, or
 * knowing these methods alone; `undefined`: it is none of these APIs.
 */
export function refuseUnroutable(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly string[] = [],
): FastifyReply | undefined {
  const path = pathOf(request)
  if (!prefixes.some((prefix) => path.startsWith(`${prefix}/`))) return undefined
  const isPath = methods.length > 0
  return send(reply, isPath ? methodNotAllowed(methods) : noSuchRoute(request.method, path))
}

function restRoutes(deps: RestDeps): Route[] {
  const calls = createCalls(deps.administration)
  return [
    ...userRoutes(calls),
    ...applicationRoutes(calls),
    ...groupRoutes(calls),
    ...groupMemberRoutes(calls),
    ...keyRoutes(calls),
    ...policyRoutes(calls),
    ...ruleRoutes(calls),
    ...permissionSetRoutes(calls),
    ...checkPermissionsRoutes(deps),
    ...quotaRoutes(calls, deps.quotas),
    ...logRoutes(calls),
    ...organizationRoutes(calls),
    ...projectRoutes(calls),
    ...unsupportedRoutes(),
  ]
}

function add(scope: FastifyInstance, route: Route, prefix: string): void {
  scope.route({
    method: route.method,
    url: route.path.slice(prefix.length).replace(/\{(\w+)\}/g, ':$1'),
    config: { openapi: describeRoute(route) },
    handler: (request, reply) => {
      const whole = route.respondNow?.(request)
      return whole
        ? sendWhole(reply, whole, request.id)
        : route.respond(request).then((answer) => send(reply, answer))
    },
  })
}

/**
 * Bytes, because the framework would add the character set to the type of a text, and clients refuse
 * any type that is not exactly this one.
 */
function send(reply: FastifyReply, { status, body, revision }: Answer): FastifyReply {
  reply.code(status).header('content-type', 'application/json')
  if (revision !== undefined) reply.header('postern-revision', revision)
  if (status === 429 || status === 503) reply.header('retry-after', '1')
  return body === undefined ? reply.send() : reply.send(Buffer.from(JSON.stringify(body)))
}

function fromError(deps: RestDeps, error: unknown, request: FastifyRequest): RestError {
  if (error instanceof DomainError) return toRestError(error, secretOf(request.headers))
  const status = statusOf(error)
  if (status >= 500) {
    deps.onBug(error, pathOf(request))
    return internalError
  }
  const message = error instanceof Error ? error.message : 'bad request'
  const violation = { field: 'body', reason: 'FORMAT', description: message }
  return invalidArguments(status, { message, violations: [violation] })
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500
  return typeof error.statusCode === 'number' ? error.statusCode : 500
}
