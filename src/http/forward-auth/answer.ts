import type { FastifyReply } from 'fastify'
import type { Decision } from '../../domain/decision.js'
import type { Answer } from '../../service/authorize.js'
import type { Passage } from '../../service/gate.js'
import { encodeRevision } from '../../service/revision.js'
import { sendWhole, type WholeAnswer, WholeAnswers, wholeAnswer } from '../whole-answer.js'

/** Sends what proxies hand on to the server behind, or to the client when it is no 2xx. */
export type SendPassage = (reply: FastifyReply, passage: Passage) => FastifyReply | undefined

export function createSendPassage(): SendPassage {
  const allowed = new WholeAnswers(toAllowed)
  return (reply, passage) => {
    if (passage.kind !== 'allow') return sendStopped(reply, passage)
    const { decision, revision } = passage.answer
    sendWhole(reply, allowed.of(decision, revision), reply.request.id)
    return undefined
  }
}

function toAllowed({ reason, subject }: Decision, revision: string): WholeAnswer {
  const headers = ['postern-decision', 'allow', 'postern-reason', reason]
  if (revision !== '') headers.push('postern-revision', revision)
  if (subject) {
    const { principal, organizationId, keyId } = subject
    headers.push('postern-principal', `${principal.type}:${principal.id}`)
    headers.push('postern-organization', organizationId)
    if (keyId) headers.push('postern-access-key', keyId)
  }
  return wholeAnswer(200, { body: '', headers })
}

function sendStopped(
  reply: FastifyReply,
  passage: Exclude<Passage, { kind: 'allow' }>,
): FastifyReply {
  reply.header('postern-decision', passage.kind)
  switch (passage.kind) {
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

function revisionOf({ revision }: Answer): Record<string, string> {
  return revision ? { 'postern-revision': encodeRevision(revision) } : {}
}

/** As RFC 6750 has it: no error code where nothing was presented. */
function challengeOf(reason: string): string {
  if (reason === 'CREDENTIAL_MISSING') return 'Bearer realm="postern"'
  const error = reason === 'CREDENTIAL_AMBIGUOUS' ? 'invalid_request' : 'invalid_token'
  return `Bearer realm="postern", error="${error}"`
}
