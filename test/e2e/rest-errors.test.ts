import { Errors, type RequestInterceptor } from '@scaleway/sdk-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RestSystem, startRest } from '../support/scaleway.js'

let rest: RestSystem
beforeAll(async () => {
  rest = await startRest()
})
afterAll(() => rest.close())

const anywhere = '00000000-0000-4000-8000-000000000000'

async function thrown(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('the call succeeded')
    },
    (error: unknown) => error,
  )
}

async function robot() {
  const { iam } = rest.owner
  const application = await iam.createApplication({ name: 'robot', description: '' })
  const { accessKey, secretKey } = await iam.createAPIKey({
    applicationId: application.id,
    description: '',
  })
  return rest.as({ accessKey, secretKey: secretKey ?? '' })
}

/** These clients drop what they do not know. */
async function etagOf(groupId: string): Promise<string> {
  const group = await rest.send('GET', `/iam/v1alpha1/groups/${groupId}`)
  return ((await group.json()) as { etag: string }).etag
}

/** And send only what they know, but for what a program adds. */
function sending(more: object): RequestInterceptor {
  return async ({ request }) => {
    const sent = (await request.clone().json()) as object
    const body = JSON.stringify({ ...sent, ...more })
    return new Request(request.url, { method: request.method, headers: request.headers, body })
  }
}

describe("a refusal is the class that Scaleway's client has for it", () => {
  it('InvalidArgumentsError names each wrong argument', async () => {
    const error = await thrown(
      rest.owner.iam.createApplication({
        name: 'a/b',
        description: 'd'.repeat(201),
        tags: ['a:b'],
      }),
    )
    expect(error).toBeInstanceOf(Errors.InvalidArgumentsError)
    expect(error).toMatchObject({
      status: 400,
      details: [
        { argumentName: 'name', reason: 'format' },
        { argumentName: 'description', reason: 'constraint' },
        { argumentName: 'tags[0]', reason: 'format' },
      ],
    })
  })

  it.each([
    { reason: 'not_found', secretKey: anywhere },
    { reason: 'not_found', secretKey: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  ])('DeniedAuthenticationError for a key that nobody knows', async ({ reason, secretKey }) => {
    const stranger = rest.as({ accessKey: 'SCW00000000000000001', secretKey })
    const error = await thrown(stranger.iam.listUsers())
    expect(error).toBeInstanceOf(Errors.DeniedAuthenticationError)
    expect(error).toMatchObject({ status: 401, method: 'api_key', reason })
  })

  it('DeniedAuthenticationError says that a key has expired', async () => {
    const expiresAt = new Date(rest.system.clock.nowMs + 1_000)
    const key = await rest.owner.iam.createAPIKey({
      userId: rest.ownerId,
      description: '',
      expiresAt,
    })
    const { accessKey, secretKey } = key
    const { iam } = rest.as({ accessKey, secretKey: secretKey ?? '' })
    await iam.listUsers()
    rest.system.clock.nowMs += 1_000
    expect(await thrown(iam.listUsers())).toMatchObject({ status: 401, reason: 'expired' })
  })

  it('ResourceExpiredError for another life of a key that has expired', async () => {
    const { iam } = rest.owner
    const expiresAt = new Date(rest.system.clock.nowMs + 1_000)
    const { accessKey } = await iam.createAPIKey({
      userId: rest.ownerId,
      description: '',
      expiresAt,
    })
    rest.system.clock.nowMs += 1_000
    const later = new Date(expiresAt.getTime() + 1_000)
    const error = await thrown(iam.updateAPIKey({ accessKey, expiresAt: later }))
    expect(error).toBeInstanceOf(Errors.ResourceExpiredError)
    const expired = { resource: 'access_key', resourceId: accessKey, expiredSince: expiresAt }
    expect(error).toMatchObject({ status: 410, ...expired })
    expect((await iam.getAPIKey({ accessKey })).expiresAt).toEqual(expiresAt)
    await iam.deleteAPIKey({ accessKey })
  })

  it('PermissionsDeniedError says which action on what is missing', async () => {
    const error = await thrown((await robot()).iam.listUsers())
    expect(error).toBeInstanceOf(Errors.PermissionsDeniedError)
    expect(error).toMatchObject({ status: 403, list: [{ action: 'list', resource: 'user' }] })
  })

  it.each([
    ['user', () => rest.owner.iam.getUser({ userId: anywhere })],
    ['application', () => rest.owner.iam.getApplication({ applicationId: anywhere })],
    ['group', () => rest.owner.iam.getGroup({ groupId: anywhere })],
    ['policy', () => rest.owner.iam.getPolicy({ policyId: anywhere })],
    ['log', () => rest.owner.iam.getLog({ logId: anywhere })],
    ['project', () => rest.owner.projects.getProject({ projectId: anywhere })],
  ] as const)('ResourceNotFoundError for an unknown %s', async (resource, call) => {
    const error = await thrown(call())
    expect(error).toBeInstanceOf(Errors.ResourceNotFoundError)
    expect(error).toMatchObject({ status: 404, resource, resourceId: anywhere })
  })

  it.each([
    [200, 400, 'invalid_arguments'],
    [3_000, 404, 'not_found'],
  ])('has their form for an id of %d characters', async (length, status, type) => {
    const answer = await rest.send('GET', `/iam/v1alpha1/users/${'a'.repeat(length)}`)
    expect([answer.status, await answer.json()]).toMatchObject([status, { type }])
  })

  it('ResourceNotFoundError names an unknown key by its access key', async () => {
    const accessKey = 'SCW00000000000000001'
    const error = await thrown(rest.owner.iam.getAPIKey({ accessKey }))
    expect(error).toMatchObject({ resource: 'access_key', resourceId: accessKey })
  })

  it('ResourceNotFoundError with the member alone, for who is in no such group', async () => {
    const { iam } = rest.owner
    const group = await iam.createGroup({ name: 'lonely', description: '' })
    const error = await thrown(iam.removeGroupMember({ groupId: group.id, userId: rest.ownerId }))
    expect(error).toMatchObject({ status: 404, resource: '', resourceId: rest.ownerId })
  })

  it('AlreadyExistsError for a name that is taken', async () => {
    const { iam } = rest.owner
    await iam.createGroup({ name: 'taken', description: '' })
    const error = await thrown(iam.createGroup({ name: 'taken', description: '' }))
    expect(error).toBeInstanceOf(Errors.AlreadyExistsError)
    expect(error).toMatchObject({ status: 409, resource: 'group' })
  })

  it('PreconditionFailedError for what is protected', async () => {
    const error = await thrown(rest.owner.iam.deleteUser({ userId: rest.ownerId }))
    expect(error).toBeInstanceOf(Errors.PreconditionFailedError)
    expect(error).toMatchObject({ status: 412, precondition: 'owner_protected' })
  })

  it('TransientStateError for a change of what was changed meanwhile', async () => {
    const { iam } = rest.owner
    const { id: groupId } = await iam.createGroup({ name: 'busy', description: '' })
    const read = await etagOf(groupId)
    await iam.updateGroup({ groupId, description: 'changed meanwhile' })
    const late = rest.as(rest.ownerKey, [{ request: sending({ etag: read }) }])
    const error = await thrown(late.iam.updateGroup({ groupId, name: 'late' }))
    expect(error).toBeInstanceOf(Errors.TransientStateError)
    const state = { resource: 'group', resourceId: groupId, currentState: 'updating' }
    expect(error).toMatchObject({ status: 409, ...state })
    const again = rest.as(rest.ownerKey, [{ request: sending({ etag: await etagOf(groupId) }) }])
    expect((await again.iam.updateGroup({ groupId, name: 'late' })).name).toBe('late')
  })

  it('ResourceLockedError for who is locked', async () => {
    const { iam } = rest.owner
    const member = await iam.createUser({
      member: {
        email: 'lockme@acme.example',
        username: 'lockme',
        password: '',
        sendPasswordEmail: false,
        sendWelcomeEmail: false,
        firstName: '',
        lastName: '',
        phoneNumber: '',
        locale: '',
      },
    })
    const { token } = await rest.system.owner.users.issueEnrollment({ userId: member.id })
    const { apiKey } = await rest.system.as('').users.enroll({ token })
    const made = await rest.send('POST', '/iam/v1alpha1/api-keys', {
      body: { user_id: member.id },
      headers: { 'x-auth-token': apiKey },
    })
    const key = (await made.json()) as { access_key: string; secret_key: string }
    const theirs = rest.as({ accessKey: key.access_key, secretKey: key.secret_key })
    expect((await theirs.iam.listUsers()).users.map((user) => user.id)).toEqual([member.id])
    await iam.lockUser({ userId: member.id })
    const error = await thrown(theirs.iam.listUsers())
    expect(error).toBeInstanceOf(Errors.ResourceLockedError)
    expect(error).toMatchObject({ status: 423, resource: 'user', resourceId: member.id })
    await iam.unlockUser({ userId: member.id })
    expect((await theirs.iam.listUsers()).totalCount).toBe(1)
  })
})

describe('a bad request', () => {
  const get = (path: string) => rest.send('GET', `/iam/v1alpha1/${path}`)

  it.each([
    ['users?page=0', 'page', 'constraint'],
    ['users?page=10001', 'page', 'constraint'],
    ['users?page_size=0', 'page_size', 'constraint'],
    ['users?page_size=101', 'page_size', 'constraint'],
    ['users?page_size=x', 'page_size', 'constraint'],
    ['users?page=1&page=2', 'page', 'constraint'],
    ['users?order_by=age_asc', 'order_by', 'unknown'],
    ['users?type=admin', 'type', 'unknown'],
    ['users?mfa=maybe', 'mfa', 'format'],
    ['users?user_ids=me', 'user_ids[0]', 'format'],
    ['logs?created_after=yesterday', 'created_after', 'format'],
    ['applications?name=%00', 'name', 'format'],
    ['rules', 'policy_id', 'required'],
    ['groups/me', 'group_id', 'format'],
    ['groups/', 'group_id', 'required'],
    ['users/', 'user_id', 'required'],
    ['organizations/', 'organization_id', 'required'],
    ['organizations//security-settings', 'organization_id', 'required'],
  ])('%s is refused for %s', async (path, argument, reason) => {
    const answer = await get(path)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      type: 'invalid_arguments',
      details: [{ argument_name: argument, reason, help_message: expect.any(String) }],
    })
  })

  it('is not made so by parameters that nobody knows', async () => {
    expect((await get('users?colour=blue&application_id=x')).status).toBe(200)
  })

  it.each([
    ['POST', 'users', { email: 'a@b.example', member: { email: 'a@b.example' } }, 'type'],
    ['POST', 'users', {}, 'type'],
    ['POST', 'users', { member: { email: 'a@b.example', username: 'a b' } }, 'member.username'],
    ['POST', 'api-keys', {}, 'bearer'],
    ['POST', 'api-keys', { user_id: anywhere, application_id: anywhere }, 'bearer'],
    ['POST', 'groups', { name: 'x', tags: 'y' }, 'tags'],
    ['POST', 'groups', [], 'body'],
    ['POST', 'groups', '{', 'body'],
    ['POST', `groups/${anywhere}/add-member`, {}, 'member'],
    ['POST', 'policies', { name: 'x', user_id: anywhere, no_principal: true }, 'principal'],
    [
      'POST',
      'policies',
      { name: 'x', rules: [{ permission_set_names: ['IAMReadOnly'] }] },
      'rules[0].scope',
    ],
  ])('%s %s with %j is refused for %s', async (method, path, body, argument) => {
    const answer = await rest.send(method, `/iam/v1alpha1/${path}`, { body })
    expect(answer.status).toBe(400)
    const { details } = (await answer.json()) as { details: { argument_name: string }[] }
    expect(details.map((detail) => detail.argument_name)).toContain(argument)
  })

  it('names sets of two kinds in one rule, and sets that are not there', async () => {
    const rule = (permissionSetNames: string[]) =>
      rest.owner.iam.createPolicy({
        name: 'mixed',
        description: '',
        rules: [{ permissionSetNames, condition: '', organizationId: rest.organizationId }],
      })
    expect(await thrown(rule(['IAMReadOnly', 'AllProductsReadOnly']))).toMatchObject({
      details: [{ argumentName: 'rules[0].permission_set_names', reason: 'constraint' }],
    })
    expect(await thrown(rule(['NoSuchSet']))).toMatchObject({
      details: [{ argumentName: 'rules[0].permission_set_names[0]', reason: 'unknown' }],
    })
  })

  it('is larger than anything that is meant', async () => {
    const body = { name: 'x'.repeat(300_000) }
    const answer = await rest.send('POST', '/iam/v1alpha1/groups', { body })
    expect([answer.status, await answer.json()]).toMatchObject([413, { type: 'invalid_arguments' }])
  })

  it('is heard after the key: who has none is told nothing else', async () => {
    for (const token of ['', 'garbage']) {
      const headers = { 'x-auth-token': token }
      const answer = await rest.send('GET', '/iam/v1alpha1/users?page=0', { headers })
      expect(await answer.json()).toMatchObject({
        type: 'denied_authentication',
        reason: 'invalid_argument',
      })
    }
  })
})

describe('what is not there', () => {
  it.each([
    ['GET', '/iam/v1alpha1/ssh-keys'],
    ['POST', '/iam/v1alpha1/jwts'],
    ['POST', `/iam/v1alpha1/users/${anywhere}/mfa-otp`],
    ['GET', `/iam/v1alpha1/organizations/${anywhere}/saml`],
    ['GET', `/iam/v1alpha1/organizations/${anywhere}/scim`],
  ])('%s %s is 501, and says so', async (method, path) => {
    const answer = await rest.send(method, path, method === 'POST' ? { body: {} } : {})
    expect([answer.status, await answer.json()]).toMatchObject([501, { type: 'not_implemented' }])
  })

  it('is 404 for a path that the API does not know, and 405 for rules one by one', async () => {
    expect((await rest.send('GET', '/iam/v1alpha1/nothing')).status).toBe(404)
    expect((await rest.send('POST', '/iam/v1alpha1/rules', { body: {} })).status).toBe(405)
  })
})

describe('every answer', () => {
  it('is exactly application/json, may not be kept or framed, and knows its request', async () => {
    const headers = { 'x-request-id': 'my-request.1', origin: 'https://elsewhere.example' }
    const answer = await rest.send('GET', '/iam/v1alpha1/users', { headers })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-request-id': 'my-request.1',
      'postern-revision': expect.stringMatching(/^pr1\./),
    })
    expect(answer.headers.has('access-control-allow-origin')).toBe(false)
  })

  it('has an id of its own when the one that was sent is not fit to be repeated', async () => {
    const headers = { 'x-request-id': 'a b' }
    const answer = await rest.send('GET', '/iam/v1alpha1/nothing', { headers })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('accepts a body with and without character set, and none where none is needed', async () => {
    const { id } = await rest.owner.iam.createGroup({ name: 'plain', description: '' })
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const body = JSON.stringify({ description: 'é' })
    const patched = await rest.send('PATCH', `/iam/v1alpha1/groups/${id}`, { body, headers })
    expect(await patched.json()).toMatchObject({ description: 'é' })
    const deleted = await rest.send('DELETE', `/iam/v1alpha1/groups/${id}`, { headers })
    expect([deleted.status, deleted.headers.get('content-type')]).toEqual([204, 'application/json'])
  })

  it('shows no secret, and the server logs none', async () => {
    const secret = '0f8fad5b-d9cb-469f-a165-70867728950f'
    const headers = { 'x-auth-token': secret }
    const answer = await rest.send('GET', '/iam/v1alpha1/users', { headers })
    expect(await answer.text()).not.toContain(secret)
    expect(rest.system.logged.join('\n')).not.toContain(secret)
  })
})
