import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js'
import { DomainError } from '../domain/errors.js'
import type { Header } from '../domain/route/presented-key.js'
import { overrideNames } from '../domain/route/route-parser.js'
import type { Gate, GateRequest, Passage } from '../service/gate.js'
import type { Admission } from './admission.js'
import { decodeStrictly } from './decode.js'
import { toPassageResponse } from './ext-authz-answer.js'
import {
  type AttributeContext,
  type AttributeContext_HttpRequest,
  AuthorizationService,
  CheckRequest,
  type CheckResponse,
} from './gen/envoy/service/auth/v3/external_auth.js'
import type { CallOrigin } from './session.js'

export interface ExtAuthzDeps {
  readonly gate: Gate
  readonly admission: Admission
  onBug(error: unknown, path: string): void
}

const raw = (bytes: Buffer) => bytes

/** As bytes, so that those which are no such message are denied too. */
export const extAuthzService = {
  check: { ...AuthorizationService.check, requestDeserialize: raw },
}

/**
 * A proxy may be set to let requests through when its question fails, and takes an answer without
 * a status for an allow: so whatever happens is answered, with a status.
 */
export function extAuthzHandlers(deps: ExtAuthzDeps): UntypedServiceImplementation {
  return {
    check(call: ServerUnaryCall<Buffer, CheckResponse>, callback: sendUnaryData<CheckResponse>) {
      passageOf(deps, call).then(
        (passage) => callback(null, toPassageResponse(passage)),
        (error: unknown) => {
          deps.onBug(error, call.getPath())
          const message = 'internal error'
          callback(null, toPassageResponse({ kind: 'unknown', reason: 'INTERNAL', message }))
        },
      )
    },
  }
}

async function passageOf(
  { gate, admission }: ExtAuthzDeps,
  call: ServerUnaryCall<Buffer, CheckResponse>,
): Promise<Passage> {
  const refused = await refuseProxy(admission, call)
  if (refused) return refused
  const attributes = decode(call.request)
  const http = attributes?.request?.http
  if (!attributes || !http) return deny('REQUEST_NOT_CANONICAL', 'there is no HTTP request in it')
  const request = gateRequest(attributes, http)
  return request ? gate.check(request) : deny('ROUTE_INVALID', 'no such `postern.` extension')
}

/** A proxy that may not ask is no fault of the client: no challenge to send another key. */
async function refuseProxy(admission: Admission, call: CallOrigin): Promise<Passage | undefined> {
  try {
    await admission.admit(call)
    return undefined
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { reason, message } = error
    if (error.kind === 'unavailable') return { kind: 'unknown', reason, message }
    return deny('PROXY_NOT_ADMITTED', 'the proxy must send a key with `iam:decision:ask`')
  }
}

function decode(bytes: Buffer): AttributeContext | undefined {
  try {
    return decodeStrictly(CheckRequest, bytes).attributes
  } catch {
    return undefined
  }
}

function gateRequest(
  { source, contextExtensions }: AttributeContext,
  http: AttributeContext_HttpRequest,
): GateRequest | undefined {
  const prefix = 'postern.'
  const entries = Object.entries(contextExtensions)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]): [string, string] => [name.slice(prefix.length), value])
  if (!entries.every(([name]) => overrideNames.some((known) => known === name))) return undefined
  return {
    head: { method: http.method, target: http.path, host: http.host },
    headers: headersOf(http),
    ip: source?.address?.socketAddress?.address ?? '',
    ...(entries.length > 0 && { override: Object.fromEntries(entries) }),
  }
}

/** Envoy fills one of the two; both are read, so that neither hides a second key. */
function headersOf({ headers, headerMap }: AttributeContext_HttpRequest): Header[] {
  const listed = headerMap?.headers ?? []
  return [
    ...Object.entries(headers),
    ...listed.map(
      ({ key, value, rawValue }): Header => [key, value || rawValue.toString('latin1')],
    ),
  ]
}

function deny(reason: string, message: string): Passage {
  return { kind: 'deny', status: 403, reason, message }
}
