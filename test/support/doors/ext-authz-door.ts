import type { Outcome } from '../../../src/domain/corpus.js'
import {
  CheckRequest,
  CheckResponse,
} from '../../../src/grpc/gen/envoy/service/auth/v3/external_auth.js'
import { type Door, withoutPolicy } from './door.js'
import { toOutcome } from './forward-auth-door.js'
import { type ProxiedRequest, toRequest, unsaidByRequest } from './proxied.js'

const path = '/envoy.service.auth.v3.Authorization/Check'

/** Envoy's question. An allow does not tell by what: that is taken from the expectation. */
export const extAuthzDoor: Door = {
  name: 'ext_authz',
  unsaid: unsaidByRequest,
  async ask(system, posed) {
    const bytes = await system.as('').raw(path, toCheck(toRequest(posed)))
    const { status, httpResponse } = CheckResponse.decode(bytes)
    if (status?.code === 0) return allowed(posed.asked.expected)
    if (httpResponse?.$case !== 'deniedResponse') throw new Error('denied without a response')
    return toOutcome({ isAllowed: false, ...JSON.parse(httpResponse.value.body) })
  },
  expected: withoutPolicy,
}

function allowed(expected: Outcome): Outcome {
  const isAllow = expected.kind === 'decision' && expected.effect === 'allow'
  const reason = isAllow ? expected.reason : 'RULE'
  return { kind: 'decision', effect: 'allow', reason, policy: '' }
}

function toCheck({ target, secret, ip, userAgent }: ProxiedRequest): Buffer {
  const headers = {
    ':method': 'GET',
    ':path': target,
    authorization: `Bearer ${secret}`,
    ...(userAgent !== '' && { 'user-agent': userAgent }),
  }
  const http = { method: 'GET', path: target, host: 'app.test', headers }
  const source = ip === '' ? {} : { source: { address: { socketAddress: { address: ip } } } }
  const attributes = { request: { http }, ...source }
  return Buffer.from(
    CheckRequest.encode(CheckRequest.fromPartial({ attributes } as object)).finish(),
  )
}
