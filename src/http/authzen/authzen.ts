import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from '../../domain/errors.js'
import { isUuid, type OrganizationId } from '../../domain/ids.js'
import { unauthenticated } from '../../service/administration.js'
import type { AskRequirements } from '../../service/ask-permission.js'
import { readJson } from '../json-scope.js'
import { pathOf } from '../unrouted.js'
import { sendWhole } from '../whole-answer.js'
import type { AskDeps, Asker } from './ask.js'
import { type AskNow, createAskNow } from './ask-now.js'
import { callerOf, isFree } from './caller.js'
import { describeMetadata, describeOperation } from './describe.js'
import { sendError, sendJson } from './errors.js'
import { metadataOf, reachedAddress } from './metadata.js'
import { type Operation, operations } from './operations.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks an operation of AuthZEN, known before the body is read. */
    asker?: Asker | undefined
  }
}

export interface AuthzenDeps extends AskDeps, AskRequirements {
  /** Who may ask about a key without presenting one of its own. */
  readonly authorizePeers: 'loopback' | 'anyone'
  /** The address that clients know this server by; absent: the one that they reach. */
  readonly publicUrl?: string
  /** Called with what is no refusal: a bug, to be logged. */
  onBug(error: unknown, path: string): void
}

const root = '/access/v1'
/** Where the standard's own rules hold, also for what is no path here. */
const ofStandard = /^(\/organizations\/[^/]*)?\/access\/v1\/|^\/\.well-known\/authzen-configuration/
const wellKnown = '/.well-known/authzen-configuration'
/** What is asked below it is asked of that organization alone. */
const tenant = '/organizations/:organization_id'

/** Serves the OpenID AuthZEN Authorization API 1.0, for all and for single organizations. */
export function addAuthzen(app: FastifyInstance, deps: AuthzenDeps): void {
  const askNow = createAskNow(deps)
  for (const prefix of ['', tenant]) {
    app.register(
      async (scope) => {
        prepare(scope, deps)
        scope.decorateRequest('asker', undefined)
        for (const operation of operations) add(scope, operation, { deps, prefix, askNow })
      },
      { prefix: prefix + root },
    )
  }
  app.register(async (scope) => {
    prepare(scope, deps)
    for (const suffix of ['', tenant]) addMetadata(scope, deps, suffix)
  })
}

function prepare(scope: FastifyInstance, deps: AuthzenDeps): void {
  readJson(scope)
  scope.setErrorHandler((error, request, reply) => {
    const onBug = (bug: unknown) => deps.onBug(bug, pathOf(request))
    return sendError(reply, error, onBug)
  })
}

interface Placed {
  readonly deps: AuthzenDeps
  readonly prefix: string
  readonly askNow: AskNow
}

function add(scope: FastifyInstance, operation: Operation, { deps, prefix, askNow }: Placed): void {
  const url = operation.path
  scope.post(url, {
    config: { openapi: describeOperation(operation, prefix !== '') },
    // Before the body is read: nobody's body is, who may not ask.
    onRequest: (request, _reply, done) => {
      const asker = askerOf(request)
      const enter = (homeId: OrganizationId | undefined) => {
        request.asker = { caller: asker.caller, organizationId: asker.organizationId, homeId }
        done()
      }
      const home = admit(deps, operation, { asker, request })
      if (home instanceof Promise) home.then(enter, done)
      else enter(home)
    },
    handler: (request, reply) => {
      const { asker = {} } = request
      const whole = operation.isSingle ? askNow(asker, request.body) : undefined
      if (whole) return sendWhole(reply, whole, request.id)
      return respond(deps, operation, { asker, request, reply })
    },
  })
}

interface Exchange {
  readonly asker: Asker
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

async function respond(
  deps: AuthzenDeps,
  operation: Operation,
  { asker, request, reply }: Exchange,
): Promise<FastifyReply> {
  return sendJson(reply, await operation.respond(deps, asker, request.body))
}

interface Arrival {
  readonly asker: Asker
  readonly request: FastifyRequest
}

/**
 * Answers at once, or once it is known, for who may ask, with the organization of its key. A key that is presented must
 * be good, also where none is needed.
 */
function admit(
  { requireAsk, requireSearch, authorizePeers }: AuthzenDeps,
  { isSearch }: Operation,
  { asker, request }: Arrival,
): undefined | OrganizationId | Promise<OrganizationId> {
  const { caller, organizationId } = asker
  if (caller) return (isSearch ? requireSearch : requireAsk)(caller, organizationId)
  if (isSearch || !isFree(request, authorizePeers)) throw unauthenticated('CREDENTIAL_MISSING')
  return undefined
}

function askerOf(request: FastifyRequest): Asker {
  return { organizationId: organizationOf(request.params), caller: callerOf(request) }
}

/** Throws `not-found` for what cannot be the id of any. */
function organizationOf(params: unknown): OrganizationId | undefined {
  if (typeof params !== 'object' || params === null || !('organization_id' in params)) return
  const id = String(params.organization_id)
  if (!isUuid(id)) throw notFound('organization', id)
  return id as OrganizationId
}

/** It is of the server, which tells nobody whether there is such an organization. */
function addMetadata(scope: FastifyInstance, deps: AuthzenDeps, suffix: string): void {
  scope.get(wellKnown + suffix, {
    config: { openapi: describeMetadata(suffix !== '') },
    handler: async (request, reply) => {
      const organizationId = organizationOf(request.params)
      const server = deps.publicUrl ?? reachedAddress(request)
      const base = organizationId ? `${server}/organizations/${organizationId}` : server
      const endpoints = operations.map(({ name, path }) => [`${name}_endpoint`, root + path])
      return sendJson(reply, metadataOf(base, Object.fromEntries(endpoints)))
    },
  })
}

export function isAuthzen(url: string): boolean {
  return ofStandard.test(url)
}
