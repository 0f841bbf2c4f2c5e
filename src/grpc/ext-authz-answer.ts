import { status } from '@grpc/grpc-js'
import type { Answer } from '../service/authorize.js'
import type { Passage } from '../service/gate.js'
import { encodeRevision } from '../service/revision.js'
import { CheckResponse } from './gen/envoy/service/auth/v3/external_auth.js'

/** What the application is told, or would take for told by us or by its proxy. */
const claims = [
  'postern-principal',
  'postern-organization',
  'postern-access-key',
  'postern-revision',
  'postern-decision',
  'postern-reason',
  'postern-proxy-key',
]

/** Servers that make variables of names take these for the same. The gate denies both; see there. */
const withOtherSpelling = claims.flatMap((name) => [name, name.replaceAll('-', '_')])

/** Always with a status: Envoy takes none for an allow. */
export function toPassageResponse(passage: Passage): CheckResponse {
  if (passage.kind === 'allow') return allowed(passage.answer)
  const code = passage.kind === 'deny' ? passage.status : 503
  const grpcCode = {
    401: status.UNAUTHENTICATED,
    403: status.PERMISSION_DENIED,
    503: status.UNAVAILABLE,
  }
  const headers: Record<string, string> = { 'postern-reason': passage.reason }
  if (code === 401) headers['www-authenticate'] = 'Bearer realm="postern"'
  const body = JSON.stringify({ reason: passage.reason, message: passage.message })
  return CheckResponse.fromPartial({
    status: { code: grpcCode[code], message: passage.reason },
    httpResponse: {
      $case: 'deniedResponse',
      value: { status: { code }, headers: options(headers), body },
    },
  })
}

function allowed({ decision, revision }: Answer): CheckResponse {
  const { subject } = decision
  const headers: Record<string, string> = {}
  if (subject) {
    headers['postern-principal'] = `${subject.principal.type}:${subject.principal.id}`
    headers['postern-organization'] = subject.organizationId
    if (subject.keyId) headers['postern-access-key'] = subject.keyId
  }
  if (revision) headers['postern-revision'] = encodeRevision(revision)
  const headersToRemove = withOtherSpelling.filter((name) => !(name in headers))
  return CheckResponse.fromPartial({
    status: { code: status.OK },
    httpResponse: { $case: 'okResponse', value: { headers: options(headers), headersToRemove } },
  })
}

/** 2 overwrites what the client sent under the name, or adds it. */
function options(headers: Readonly<Record<string, string>>) {
  return Object.entries(headers).map(([key, value]) => ({
    header: { key, value },
    appendAction: 2,
  }))
}
