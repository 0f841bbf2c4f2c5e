import { describe, expect, it } from 'vitest'
import { DomainError, type ErrorKind, failedPrecondition } from '../../domain/errors.js'
import { toRestError } from './errors.js'

const refusal = (kind: ErrorKind, metadata = {}) =>
  new DomainError(kind, { reason: 'SOME_REASON', message: 'why', metadata })

describe('what a client of this API is told', () => {
  it.each([
    ['invalid', 400, { type: 'invalid_arguments', details: [], help_message: 'why' }],
    ['unauthenticated', 401, { type: 'denied_authentication', method: 'api_key' }],
    ['permission-denied', 403, { type: 'permissions_denied', details: [] }],
    ['not-found', 404, { type: 'not_found', resource: '', resource_id: '' }],
    ['already-exists', 409, { type: 'already_exists', help_message: 'why' }],
    ['failed-precondition', 412, { type: 'precondition_failed', precondition: 'some_reason' }],
    ['expired', 410, { type: 'expired', help_message: 'why' }],
    ['aborted', 409, { type: 'transient_state', current_state: 'updating' }],
    ['exhausted', 429, { type: 'too_many_requests', help_message: 'why', reset_seconds: 1 }],
    ['unavailable', 503, { type: 'unavailable', message: 'why', reason: 'some_reason' }],
  ] as const)('of %s is %i', (kind, status, body) => {
    const error = toRestError(refusal(kind), '')
    expect(error.status).toBe(status)
    expect(error.body).toMatchObject(body)
  })

  it('says how many calls are too many, where that is known', () => {
    expect(toRestError(refusal('exhausted', { limit: '256' }), '').body).toMatchObject({
      limit: { quota: 256 },
    })
    expect(toRestError(refusal('exhausted'), '').body).not.toHaveProperty('limit')
  })

  it('names what is missing as an action on a resource', () => {
    const missing = { permission: 'iam:application-api-key:create' }
    expect(toRestError(refusal('permission-denied', missing), '').body).toMatchObject({
      details: [{ action: 'create', resource: 'application-api-key' }],
    })
  })

  it('calls a key by the name that this API has for it', () => {
    const metadata = { resource: 'api_key', resource_id: 'SCW00000000000000001' }
    expect(toRestError(refusal('not-found', metadata), '').body).toMatchObject({
      resource: 'access_key',
    })
  })

  it.each([
    ['group.name', 'name'],
    ['group.id', 'group_id'],
    ['api_key.expire_time', 'expires_at'],
    ['organization.api_key_ttl_max', 'max_api_key_expiration_duration'],
    ['rules[0].projects.project_ids[1]', 'rules[0].project_ids[1]'],
    ['', 'body'],
  ])('calls the field `%s` `%s`', (field, name) => {
    const violations = [{ field, reason: 'CONDITION_TYPE', description: 'what would be right' }]
    const error = new DomainError('invalid', { reason: 'X', message: '', violations })
    expect(toRestError(error, '').body).toMatchObject({
      details: [{ argument_name: name, reason: 'constraint', help_message: 'what would be right' }],
    })
  })

  it('never repeats the secret that was sent', () => {
    const secret = '0f8fad5b-d9cb-469f-a165-70867728950e'
    const denied = new DomainError('unauthenticated', {
      reason: 'CREDENTIAL_INVALID',
      message: 'the API key is not valid',
    })
    expect(JSON.stringify(toRestError(denied, secret))).not.toContain(secret)
    expect(toRestError(failedPrecondition('A', 'b'), secret).status).toBe(412)
  })
})
