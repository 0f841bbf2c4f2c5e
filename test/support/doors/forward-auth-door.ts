import type { Outcome } from '../../../src/domain/corpus.js'
import { type Door, fieldIn, type Reason, withoutPolicy } from './door.js'
import { toRequest, unsaidByRequest } from './proxied.js'

/** `GET /forward-auth`, as a proxy asks it. */
export const forwardAuthDoor: Door = {
  name: 'forward-auth',
  unsaid: unsaidByRequest,
  async ask(system, posed) {
    const { target, secret, ip, userAgent } = toRequest(posed)
    const answer = await fetch(`http://${system.system.httpAddress}/forward-auth`, {
      headers: {
        'x-forwarded-method': 'GET',
        'x-forwarded-uri': target,
        'x-forwarded-host': 'app.test',
        ...(ip !== '' && { 'x-forwarded-for': ip }),
        authorization: `Bearer ${secret}`,
        'user-agent': userAgent,
      },
    })
    const reason = answer.headers.get('postern-reason') ?? ''
    const text = await answer.text()
    const message = text === '' ? '' : (JSON.parse(text) as { message: string }).message
    return toOutcome({ isAllowed: answer.status === 200, reason, message })
  },
  expected: withoutPolicy,
}

export interface Passed {
  readonly isAllowed: boolean
  readonly reason: string
  readonly message: string
}

export function toOutcome({ isAllowed, reason, message }: Passed): Outcome {
  if (reason === 'QUESTION_INVALID') return { kind: 'invalid', field: fieldIn(message) }
  const effect = isAllowed ? 'allow' : 'deny'
  return { kind: 'decision', effect, reason: reason as Reason, policy: '' }
}
