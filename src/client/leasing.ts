import { createHash } from 'node:crypto'
import { AuthorizeRequest } from '../grpc/gen/postern/v1/authorization.js'
import type { Answer } from './answer.js'
import type { Leases } from './leases.js'
import { readRevision } from './revision.js'

export type Ask = (request: AuthorizeRequest) => Promise<Answer>

/** Gives answers again while they hold, and asks otherwise. */
export function askLeasing(leases: Leases<Answer>, ask: Ask): Ask {
  return async (request) => {
    const key = keyOf(request)
    const leased = leases.find(key)
    if (leased) return leased
    const sent = leases.send()
    const answer = await ask(request)
    const revision = readRevision(answer.revision)
    const { organizationId, freshness } = answer
    // Who has no organization is nobody: such answers are many, and nobody tells when they change.
    if (!revision || !freshness || organizationId === '') return answer
    const lease = { organizationId, revision, validForMs: freshness.validForMs }
    leases.keep(key, { ...answer, leased: true }, { sent, lease })
    return answer
  }
}

/** All of the question; a digest, so that no dump of the memory has keys side by side. */
function keyOf(request: AuthorizeRequest): string {
  return createHash('sha256').update(AuthorizeRequest.encode(request).finish()).digest('base64')
}
