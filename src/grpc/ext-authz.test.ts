import { type handleUnaryCall, Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { DomainError, type ErrorKind } from '../domain/errors.js'
import { createGate } from '../service/gate.js'
import { createAdmission } from './admission.js'
import { extAuthzHandlers } from './ext-authz.js'
import type { CheckResponse } from './gen/envoy/service/auth/v3/external_auth.js'

/** Asks as a proxy on another machine, whose key is looked up with this outcome. */
function checkFromAfar(outcome: Error): Promise<CheckResponse | null | undefined> {
  const authorizer = { authorizeNow: () => undefined, authorize: () => Promise.reject(outcome) }
  const handlers = extAuthzHandlers({
    admission: createAdmission('loopback', authorizer),
    gate: createGate({ authorizer, routes: [] }),
    onBug: () => {},
  })
  const check = handlers.check as handleUnaryCall<Buffer, CheckResponse>
  const metadata = new Metadata()
  metadata.set('authorization', 'Bearer pst_key')
  const call = {
    metadata,
    request: Buffer.alloc(0),
    getPeer: () => '10.0.0.1:5',
    getPath: () => '',
  }
  return new Promise((resolve, reject) => {
    check(call as Parameters<typeof check>[0], (error, response) =>
      error ? reject(error) : resolve(response),
    )
  })
}

const refusal = (kind: ErrorKind) => new DomainError(kind, { reason: 'REASON', message: 'why' })

describe('a proxy on another machine', () => {
  it.each<[string, Error, number, string]>([
    ['may not ask', refusal('permission-denied'), 7, 'PROXY_NOT_ADMITTED'],
    ['cannot be known to be allowed to ask', refusal('unavailable'), 14, 'REASON'],
    ['meets a bug', new Error('bug'), 14, 'INTERNAL'],
  ])('that %s is answered with a status', async (_, outcome, code, message) => {
    const answer = await checkFromAfar(outcome)
    expect(answer?.status).toMatchObject({ code, message })
    expect(answer?.httpResponse?.$case).toBe('deniedResponse')
  })
})
