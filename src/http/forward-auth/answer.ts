import type { FastifyReply } from 'fastify'
import type { Answer } from '../../service/authorize.js'
import type { Passage } from '../../service/gate.js'
import { encodeRevision } from '../../service/revision.js'

/** What proxies hand on to the server behind, or to the client when it is no 2xx. */
export function sendPassage(reply: FastifyReply, passage: Passage): FastifyReply {
  reply.header('cache-control', 'no-store')
  reply.header('postern-decision', passage.kind)
  switch (passage.kind) {
    case 'allow':
      return reply.headers(allowHeaders(passage.answer)).code(200).send()
    case 'deny':
      if (passage.status === 401) reply.header('www-authenticate', challengeOf(passage.reason))
      if (passage.answer) reply.headers(revisionOf(passage.answer))
      return sendReason(reply.code(passage.status), passage)
    case 'unknown':
      return sendReason(reply.code(503).header('retry-after', '1'), passage)
    default:
      return passage satisfies never
  }
}

function sendReason(
  reply: FastifyReply,
  { reason, message }: { readonly reason: string; readonly message: string },
): FastifyReply {
  return reply.header('postern-reason', reason).send({ reason, message })
}

function allowHeaders(answer: Answer): Record<string, string> {
  const { reason, subject } = answer.decision
  const headers: Record<string, string> = { 'postern-reason': reason, ...revisionOf(answer) }
  if (!subject) return headers
  const { principal, organizationId, keyId } = subject
  headers['postern-principal'] = `${principal.type}:${principal.id}`
  headers['postern-organization'] = organizationId
  if (keyId) headers['postern-access-key'] = keyId
  return headers
}

function revisionOf({ revision }: Answer): Record<string, string> {
  return revision ? { 'postern-revision': encodeRevision(revision) } : {}
}

/** As RFC 6750 has it: no error code where nothing was presented. */
function challengeOf(reason: string): string {
  if (reason === 'CREDENTIAL_MISSING') return 'Bearer realm="postern"'
  const error = reason === 'CREDENTIAL_AMBIGUOUS' ? 'invalid_request' : 'invalid_token'
  return `Bearer realm="postern", error="${error}"`
}
