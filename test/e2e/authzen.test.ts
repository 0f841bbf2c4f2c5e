import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { PermissionSetScopeType } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { Effect } from '../../src/grpc/gen/postern/v1/policy.js'
import { createAdministration } from '../../src/service/administration.js'
import { authorizeSubjects } from '../../src/service/ask-subjects.js'
import { createReplySeal } from '../../src/service/reply-seal.js'
import { createRetries } from '../../src/service/retry.js'
import { anAdministrator, anApplication, aRule, grant } from '../support/acts.js'
import { type AuthzenSystem, type PostOptions, startAuthzen } from '../support/authzen.js'
import { testTools } from '../support/stored-world.js'

/** The rules of the AuthZEN Authorization API 1.0 for single evaluations, one test for each. */

const evaluation = '/access/v1/evaluation'
const nobody = '00000000-0000-4000-8000-000000000000'

let authzen: AuthzenSystem
let ada: { id: string; email: string }
let ci: { id: string; key: string }
let projectId: string
beforeAll(async () => {
  authzen = await startAuthzen()
  const { owner } = authzen.system
  ada = await owner.users.createUser({
    email: 'ada@acme.example',
    externalId: 'CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs',
  })
  const { id } = await owner.applications.createApplication({ name: 'ci', externalId: 'robots/ci' })
  const bearer = { $case: 'applicationId', value: id } as const
  ci = { id, key: (await owner.apiKeys.createApiKey({ bearer })).secret }
  projectId = (await owner.projects.createProject({ name: 'shop' })).id
  const { ORGANIZATION, PROJECTS } = PermissionSetScopeType
  for (const [name, scopeType] of [
    ['Todos', ORGANIZATION],
    ['TodosInProjects', PROJECTS],
  ] as const) {
    const permissions = ['can_read_todos', 'can_update_todo']
    await owner.permissionSets.createPermissionSet({ name, permissions, scopeType })
  }
  const condition =
    'resource.attributes.ownerID == "ada" && context.time.startsWith("2025") && ' +
    'resource.locality == "fr-par" && !has(resource.attributes.locality) && inIpRange(request.ip, "10.0.0.0/8") && ' +
    'request.user_agent == "pep/1"'
  const rules = [
    aRule({ permissionSetNames: ['Todos'], resources: ['todo/*'] }),
    aRule({ permissionSetNames: ['Todos'], resources: ['doc/*'], condition }),
    aRule({ permissionSetNames: ['Todos'], resources: ['todos'] }),
    aRule({ permissionSetNames: ['TodosInProjects'], resources: ['todo/*'] }),
    aRule({ effect: Effect.DENY, permissionSetNames: ['Todos'], resources: ['todo/secret'] }),
  ]
  const group = await owner.groups.createGroup({ name: 'readers' })
  const members = { userIds: [ada.id], applicationIds: [ci.id] }
  await owner.groups.addGroupMembers({ groupId: group.id, ...members })
  await owner.policies.createPolicy({
    name: 'readers read',
    principal: { $case: 'groupId', value: group.id },
    rules,
  })
})
afterAll(() => authzen.close())

function user(value: string) {
  return { $case: 'userId', value } as const
}

function aQuestion(parts: object = {}) {
  return {
    subject: { type: 'user', id: ada.id },
    action: { name: 'can_read_todos' },
    resource: { type: 'todo', id: 'todo-1' },
    ...parts,
  }
}

async function decide(parts: object, options?: PostOptions): Promise<unknown[]> {
  const { status, body } = await authzen.post(evaluation, aQuestion(parts), options)
  const context = body.context as { reason?: string } | undefined
  return [status, body.decision, context?.reason]
}

describe('a decision', () => {
  it('that allows is 200 application/json with decision true, and says why', async () => {
    const { status, headers, body } = await authzen.post(evaluation, aQuestion())
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(body).toEqual({
      decision: true,
      context: {
        reason: 'RULE',
        message: 'a rule allows it',
        credential_valid: true,
        organization_id: authzen.organizationId,
        principal: { type: 'user', id: ada.id },
        policy_id: expect.any(String),
        policy_name: 'readers read',
        rule_id: expect.any(String),
        revision: expect.stringMatching(/^pr1\./),
      },
    })
  })

  it('that denies is 200 with decision false, never 403', async () => {
    const resource = { type: 'todo', id: 'secret' }
    expect(await decide({ resource })).toEqual([200, false, 'EXPLICIT_DENY'])
    expect(await decide({ action: { name: 'can_delete_todo' } })).toEqual([
      200,
      false,
      'NO_MATCHING_RULE',
    ])
  })

  it('says what gRPC says of the same question', async () => {
    const { context } = (await authzen.post(evaluation, aQuestion())).body as {
      context: Record<string, unknown>
    }
    const twin = await authzen.system.owner.authorization.authorizePrincipal({
      principal: user(ada.id),
      action: 'can_read_todos',
      resource: Resource.fromPartial({ type: 'todo', id: 'todo-1' }),
    })
    expect([context.policy_id, context.rule_id, context.revision]).toEqual([
      twin.policyId,
      twin.ruleId,
      twin.revision,
    ])
  })

  it('is the same when it is asked again', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => authzen.post(evaluation, aQuestion())))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  it('does not depend on the order of members', async () => {
    const { subject, action, resource } = aQuestion()
    const turned = {
      resource: { id: resource.id, type: resource.type },
      action,
      subject: { id: subject.id, type: subject.type },
    }
    expect((await authzen.post(evaluation, turned)).body.decision).toBe(true)
  })

  it('ignores members that nobody knows', async () => {
    const subject = { type: 'user', id: ada.id, nickname: [1], properties: { department: 'Sales' } }
    const action = { name: 'can_read_todos', verb: null, properties: { method: 'GET' } }
    const resource = { type: 'todo', id: 'todo-1', shape: 'round' }
    expect(await decide({ subject, action, resource, constructor: 1, extra: { a: [] } })).toEqual([
      200,
      true,
      'RULE',
    ])
  })
})

describe('a subject', () => {
  it.each([
    ['a user by id', () => ({ type: 'user', id: ada.id })],
    [
      'a user by external id',
      () => ({
        type: 'user',
        id: 'CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs',
      }),
    ],
    ['a user by e-mail address', () => ({ type: 'user', id: 'ada@acme.example' })],
    ['a user by e-mail address in another case', () => ({ type: 'user', id: 'Ada@ACME.example' })],
    ['an application by id', () => ({ type: 'application', id: ci.id })],
    ['an application by external id', () => ({ type: 'application', id: 'robots/ci' })],
    ['an identity that is a user', () => ({ type: 'identity', id: ada.id })],
    ['an identity that is an application', () => ({ type: 'identity', id: ci.id })],
    ['an identity by address', () => ({ type: 'identity', id: 'ada@acme.example' })],
    ['a key by its secret', () => ({ type: 'api_key', id: ci.key })],
  ])('is %s', async (_, subject) => {
    expect(await decide({ subject: subject() })).toEqual([200, true, 'RULE'])
  })

  it.each([
    ['a user', { type: 'user', id: nobody }],
    ['an address', { type: 'user', id: 'eve@acme.example' }],
    ['an application', { type: 'application', id: 'robots/none' }],
    ['an application that is a user', { type: 'application', id: 'ada@acme.example' }],
    ['an identity', { type: 'identity', id: 'nobody' }],
    ['a type', { type: 'device', id: 'tpm-1' }],
    ['a type of another case', { type: 'User', id: 'ada@acme.example' }],
  ])('that nobody knows is decision false: %s', async (_, subject) => {
    expect(await decide({ subject })).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
  })

  it.each([
    ['KEY_MALFORMED', 'garbage'],
    ['KEY_MALFORMED', '\u0000'],
    ['KEY_NOT_FOUND', '0f8fad5b-d9cb-469f-a165-70867728950e'],
  ])('that is no good key is decision false, %s', async (reason, id) => {
    expect(await decide({ subject: { type: 'api_key', id } })).toEqual([200, false, reason])
  })

  it('of another organization is nobody', async () => {
    const made = await authzen.system.owner.organizations.createOrganization({
      name: 'Bolt',
      ownerEmail: 'owner@bolt.example',
    })
    const subject = { type: 'user', id: 'owner@bolt.example' }
    expect(await decide({ subject })).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
    const authorization = `Bearer ${made.ownerApiKey}`
    expect(await decide({ subject }, { authorization })).toEqual([200, true, 'OWNER'])
    const adas = { subject: { type: 'user', id: ada.id } }
    expect(await decide(adas, { authorization })).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
  })

  it('that two principals answer to is nobody', async () => {
    const { owner } = authzen.system
    await owner.users.createUser({ email: 'bo@acme.example', externalId: 'cy@acme.example' })
    await owner.users.createUser({ email: 'cy@acme.example', externalId: 'both' })
    await owner.applications.createApplication({ name: 'both', externalId: 'both' })
    for (const subject of [
      { type: 'user', id: 'cy@acme.example' },
      { type: 'identity', id: 'both' },
    ]) {
      expect(await decide({ subject })).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
    }
    expect(await decide({ subject: { type: 'user', id: 'bo@acme.example' } })).toEqual([
      200,
      false,
      'NO_MATCHING_RULE',
    ])
  })

  it('keeps its id though another system has it for somebody else', async () => {
    const { owner } = authzen.system
    await owner.users.createUser({ email: 'di@acme.example', externalId: ada.id })
    expect(await decide({})).toEqual([200, true, 'RULE'])
  })
})

describe('a principal that is named by its id', () => {
  const reads = { permissionSetNames: ['Todos'], resources: ['todo/*'] }
  const named = (type: string, id: string) => decide({ subject: { type, id } })

  it('is answered from memory, and so is whether the caller may ask', async () => {
    const { system } = authzen.system
    await named('application', ci.id)
    const before = { ...system.statistics().answers }
    expect(await named('application', ci.id)).toEqual([200, true, 'RULE'])
    expect(await decide({ context: { more: ['than', 'plain'] } })).toEqual([200, true, 'RULE'])
    expect(system.statistics().answers).toEqual({ ...before, memory: before.memory + 4 })
  })

  it('loses at once what a policy gave, and decides nothing once it is locked', async () => {
    const { owner } = authzen.system
    const { id } = await anApplication(owner)
    const { id: policyId } = await grant(owner, id, reads)
    expect(await named('application', id)).toEqual([200, true, 'RULE'])
    await owner.policies.deletePolicy({ policyId })
    expect(await named('application', id)).toEqual([200, false, 'NO_MATCHING_RULE'])
    const member = await owner.users.createUser({ email: 'lo@acme.example' })
    expect(await named('user', member.id)).toEqual([200, false, 'NO_MATCHING_RULE'])
    await owner.users.lockUser({ userId: member.id })
    expect(await named('user', member.id)).toEqual([200, false, 'PRINCIPAL_LOCKED'])
    await owner.users.deleteUser({ userId: member.id })
    expect(await named('user', member.id)).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
  })

  it('is answered to no caller whose key is gone, or who may not ask any more', async () => {
    const { owner } = authzen.system
    const asker = await anApplication(owner)
    const { id: policyId } = await grant(owner, asker.id, { permissionSetNames: ['IAMManager'] })
    const authorization = `Bearer ${asker.key}`
    const ask = async () => (await authzen.post(evaluation, aQuestion(), { authorization })).status
    expect(await ask()).toBe(200)
    await owner.policies.deletePolicy({ policyId })
    expect(await ask()).toBe(403)
    await owner.applications.deleteApplication({ applicationId: asker.id })
    expect(await ask()).toBe(401)
  })

  it('is nobody under the other type, and its key is as good as before', async () => {
    const { owner } = authzen.system
    const { id, key } = await anApplication(owner)
    await grant(owner, id, reads)
    expect(await named('user', id)).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
    expect(await named('api_key', key)).toEqual([200, true, 'RULE'])
    expect(await named('application', id)).toEqual([200, true, 'RULE'])
  })

  it('may be named by an id of another system that looks like ours', async () => {
    const { owner } = authzen.system
    const externalId = '018f0000-0000-4000-8000-0000000000aa'
    expect(await named('application', externalId)).toEqual([200, false, 'PRINCIPAL_NOT_FOUND'])
    const made = await owner.applications.createApplication({ name: 'elsewhere', externalId })
    await grant(owner, made.id, reads)
    expect(await named('application', externalId)).toEqual([200, true, 'RULE'])
  })
})

describe('a resource and a context', () => {
  const properties = { ownerID: 'ada', locality: 'fr-par' }
  const context = { time: '2025-06-27T18:03-07:00', ip: '10.1.2.3', user_agent: 'pep/1' }
  const doc = { type: 'doc', id: '1', properties }

  it('are what conditions read: attributes, locality, address, agent and the rest', async () => {
    expect(await decide({ resource: doc, context })).toEqual([200, true, 'RULE'])
    const others = [
      { resource: { ...doc, properties: { ...properties, ownerID: 'bo' } }, context },
      { resource: { ...doc, properties: { ...properties, locality: 'nl-ams' } }, context },
      { resource: doc, context: { ...context, ip: '11.1.2.3' } },
      { resource: doc, context: { ...context, user_agent: 'pep/2' } },
      { resource: doc, context: { ...context, time: '2024-06-27T18:03-07:00' } },
      { resource: doc },
    ]
    for (const other of others) {
      expect(await decide(other)).toEqual([200, false, 'NO_MATCHING_RULE'])
    }
  })

  it('may be in a project, which must be of the organization', async () => {
    const inProject = (project_id: string) =>
      decide({ resource: { type: 'todo', id: '1', properties: { project_id } } })
    expect(await inProject(projectId)).toEqual([200, true, 'RULE'])
    expect(await inProject(nobody)).toEqual([200, false, 'OUT_OF_SCOPE'])
  })

  it('is the whole collection when its id is empty', async () => {
    expect(await decide({ resource: { type: 'todos', id: '' } })).toEqual([200, true, 'RULE'])
  })

  it.each(['/todos/{todoId}', 'ä/é', 'a b'])('may have the id %j', async (id) => {
    expect(await decide({ resource: { type: 'todo', id } })).toEqual([200, true, 'RULE'])
  })

  it.each([
    '2025-06-27T18:03-07:00',
    '1985-10-26T01:22-07:00',
    'yesterday',
    '',
    0,
    null,
    ['2025'],
    { year: 2025 },
    '9999-99-99T99:99:99Z',
  ])('may tell any time without breaking anything: %j', async (time) => {
    expect(await decide({ context: { time } })).toEqual([200, true, 'RULE'])
  })
})

describe('a bad request is 400 and names the field', () => {
  it.each<[string, object, string]>([
    ['no subject', { subject: undefined }, 'subject'],
    ['no action', { action: undefined }, 'action'],
    ['no resource', { resource: undefined }, 'resource'],
    ['a null subject', { subject: null }, 'subject'],
    ['a subject that is text', { subject: 'alice' }, 'subject'],
    ['a subject that is a list', { subject: [] }, 'subject'],
    ['no type of the subject', { subject: { id: 'a' } }, 'subject.type'],
    ['no id of the subject', { subject: { type: 'user' } }, 'subject.id'],
    ['an empty id of the subject', { subject: { type: 'user', id: '' } }, 'subject.id'],
    ['an empty key', { subject: { type: 'api_key', id: '' } }, 'subject.id'],
    ['a numeric id of the subject', { subject: { type: 'user', id: 1 } }, 'subject.id'],
    [
      'properties that are a list',
      { subject: { type: 'user', id: 'a', properties: [] } },
      'subject.properties',
    ],
    ['an action without a name', { action: {} }, 'action.name'],
    ['a numeric name', { action: { name: 123 } }, 'action.name'],
    ['an empty name', { action: { name: '' } }, 'action.name'],
    ['no type of the resource', { resource: { id: '1' } }, 'resource.type'],
    ['no id of the resource', { resource: { type: 'todo' } }, 'resource.id'],
    ['a numeric id of the resource', { resource: { type: 'todo', id: 1 } }, 'resource.id'],
    [
      'a numeric locality',
      { resource: { type: 'todo', id: '1', properties: { locality: 1 } } },
      'resource.properties.locality',
    ],
    ['a context that is text', { context: 'now' }, 'context'],
    ['a context that is a list', { context: [] }, 'context'],
    ['a numeric address', { context: { ip: 1 } }, 'context.ip'],
  ])('%s', async (_, parts, field) => {
    const { status, body } = await authzen.post(evaluation, aQuestion(parts))
    expect([status, body.reason]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(body.message).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}: `))
    expect((body.violations as { field: string }[])[0]?.field).toBe(field)
  })

  it.each([
    ['nothing', ''],
    ['half a document', '{"subject":'],
    ['two documents', '{}{}'],
    ['a byte order mark', '\ufeff{}'],
    ['text', '"subject"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1e999'],
    ['very deep lists', '['.repeat(100_000)],
  ])('a body that is %s', async (_, body) => {
    const answer = await authzen.post(evaluation, body)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toMatch(/^body: /)
  })

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'json'])(
    'a body of the type %s',
    async (type) => {
      const answer = await authzen.post(evaluation, aQuestion(), {
        headers: { 'content-type': type },
      })
      expect([answer.status, answer.body.message]).toEqual([
        400,
        'content-type: must be application/json',
      ])
    },
  )

  it('but not a body of the right type with a character set', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    expect((await authzen.post(evaluation, aQuestion(), { headers })).status).toBe(200)
  })

  it('but 413 for a body that is too long, and 405 for another method', async () => {
    const long = await authzen.post(evaluation, aQuestion({ extra: 'a'.repeat(300_000) }))
    expect([long.status, long.body.message]).toEqual([413, expect.any(String)])
    const got = await fetch(authzen.url + evaluation)
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('a question of the right form about what cannot be is answered no, and names the field', () => {
  const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) })
  const wide = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`a${at}`, at]))

  it.each<[string, object, string]>([
    ['a long id', { subject: { type: 'user', id: 'a'.repeat(257) } }, 'subject.id'],
    ['a long key', { subject: { type: 'api_key', id: 'a'.repeat(257) } }, 'subject.id'],
    ['an id with NUL', { subject: { type: 'user', id: 'a\u0000' } }, 'subject.id'],
    ['a name with a star', { action: { name: 'can_*' } }, 'action.name'],
    ['dot segments', { resource: { type: 'todo', id: 'a/../b' } }, 'resource.id'],
    ['another form of Unicode', { resource: { type: 'todo', id: 'e\u0301' } }, 'resource.id'],
    [
      'a project that is no id',
      { resource: { type: 'todo', id: '1', properties: { project_id: 'shop' } } },
      'resource.properties.project_id',
    ],
    [
      'too many attributes',
      { resource: { type: 'todo', id: '1', properties: wide } },
      'resource.properties',
    ],
    ['a context too deep', { context: deep(9) }, `context${'.a'.repeat(8)}`],
    ['an address that is none', { context: { ip: '999.1.1.1' } }, 'context.ip'],
    ['a long agent', { context: { user_agent: 'a'.repeat(4_097) } }, 'context.user_agent'],
    ['a name with a space', { action: { name: 'can read' } }, 'action.name'],
    ['a long name', { action: { name: 'a'.repeat(257) } }, 'action.name'],
    ['a type with a slash', { resource: { type: 'a/b', id: '1' } }, 'resource.type'],
    ['a long type', { resource: { type: 'a'.repeat(129), id: '1' } }, 'resource.type'],
    ['an address in words', { context: { ip: 'x' } }, 'context.ip'],
  ])('%s', async (_, parts, field) => {
    const { status, body } = await authzen.post(evaluation, aQuestion(parts))
    expect([status, body]).toMatchObject([
      200,
      {
        decision: false,
        context: {
          reason: 'QUESTION_INVALID',
          message: expect.stringMatching(new RegExp(`^${field.replaceAll('.', '\\.')}: `)),
        },
      },
    ])
    const { violations } = body.context as { violations: { field: string }[] }
    expect(violations[0]?.field).toBe(field)
  })

  it.each(['__proto__', 'constructor', 'prototype'])('the attribute %s', async (name) => {
    const resource = `{"type":"todo","id":"1","properties":{"${name}":{"admin":true}}}`
    const question = JSON.stringify(aQuestion({ resource: 0 })).replace(
      '"resource":0',
      `"resource":${resource}`,
    )
    const { status, body } = await authzen.post(evaluation, question)
    expect([status, body]).toMatchObject([
      200,
      { decision: false, context: { message: expect.stringMatching(/^resource\.properties: /) } },
    ])
  })
})

describe('who asks', () => {
  it('is refused with 401 and WWW-Authenticate without a key', async () => {
    const { status, headers, body } = await authzen.post(evaluation, aQuestion(), {
      authorization: null,
    })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="postern"'])
    expect([body.reason, body.message]).toEqual(['CREDENTIAL_MISSING', expect.any(String)])
  })

  it.each([
    ['a key that is none', 'Bearer garbage', 'CREDENTIAL_INVALID'],
    ['an unknown key', 'Bearer 0f8fad5b-d9cb-469f-a165-70867728950e', 'CREDENTIAL_INVALID'],
    ['another scheme', 'Basic YTpi', 'CREDENTIAL_INVALID'],
    ['a scheme alone', 'Bearer', 'CREDENTIAL_INVALID'],
    ['two keys', 'Bearer a, Bearer b', 'CREDENTIAL_AMBIGUOUS'],
  ])('is refused with 401 with %s', async (_, authorization, reason) => {
    // Even where none is needed.
    for (const subject of [aQuestion().subject, { type: 'api_key', id: ci.key }]) {
      const answer = await authzen.post(evaluation, aQuestion({ subject }), { authorization })
      expect([answer.status, answer.body.reason]).toEqual([401, reason])
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="postern", error="/)
    }
  })

  it('is refused with two Authorization headers, whatever the first says', async () => {
    const sent = ['Authorization', `Bearer ${authzen.secret}`, 'Authorization', 'Bearer other']
    const rawHeaders = [
      'Host',
      new URL(authzen.url).host,
      'Content-Type',
      'application/json',
      ...sent,
    ]
    const status = await new Promise((resolve, reject) => {
      const options = { method: 'POST', headers: rawHeaders, setHost: false }
      const outgoing = httpRequest(authzen.url + evaluation, options as object, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      outgoing.on('error', reject).end(JSON.stringify(aQuestion()))
    })
    expect(status).toBe(401)
  })

  it('is refused before its body is looked at', async () => {
    const answer = await authzen.post(evaluation, '{', { authorization: 'Bearer garbage' })
    expect(answer.status).toBe(401)
  })

  it('is refused with 403 without the permission to ask', async () => {
    const { key } = await anApplication(authzen.system.owner)
    const answer = await authzen.post(evaluation, aQuestion(), { authorization: `Bearer ${key}` })
    expect([answer.status, answer.body.reason]).toEqual([403, 'PERMISSION_DENIED'])
    expect(answer.body.message).toContain('iam:decision:ask')
  })

  it('needs no more than the permission to ask', async () => {
    const { owner } = authzen.system
    await owner.permissionSets.createPermissionSet({
      name: 'Asking',
      permissions: ['iam:decision:ask'],
      scopeType: PermissionSetScopeType.ORGANIZATION,
    })
    const asker = await anApplication(owner)
    await grant(owner, asker.id, { permissionSetNames: ['Asking'] })
    expect(await decide({}, { authorization: `Bearer ${asker.key}` })).toEqual([200, true, 'RULE'])
  })

  it('may send the bare key, as some clients do', async () => {
    expect(await decide({}, { authorization: authzen.secret })).toEqual([200, true, 'RULE'])
    expect(await decide({}, { authorization: `bearer ${authzen.secret}` })).toEqual([
      200,
      true,
      'RULE',
    ])
  })

  it('needs no key on this machine to ask about a key, and one for all else', async () => {
    const subject = { type: 'api_key', id: ci.key }
    expect(await decide({ subject }, { authorization: null })).toEqual([200, true, 'RULE'])
    const { status } = await authzen.post(evaluation, aQuestion(), { authorization: null })
    expect(status).toBe(401)
  })

  it('needs a key beyond this machine, whatever it asks', async (test) => {
    if (!authzen.outsideUrl) return test.skip('this machine has no address but loopback')
    const subject = { type: 'api_key', id: ci.key }
    const from = { url: authzen.outsideUrl }
    const none = { ...from, authorization: null }
    expect((await authzen.post(evaluation, aQuestion({ subject }), none)).status).toBe(401)
    expect((await authzen.post(evaluation, '{', none)).status).toBe(401)
    expect(await decide({ subject }, from)).toEqual([200, true, 'RULE'])
  })

  it('finds its X-Request-ID in every answer, as it sent it', async () => {
    const odd = `a "b" <c>;d=${'e'.repeat(300)}`
    for (const id of ['bfe9eb29-ab87-4ca3-be83-a1d5d8305716', odd]) {
      const headers = { 'x-request-id': id }
      const answers = [
        await authzen.post(evaluation, aQuestion(), { headers }),
        await authzen.post(evaluation, '{', { headers }),
        await authzen.post(evaluation, aQuestion(), { headers, authorization: 'Bearer x' }),
      ]
      expect(answers.map((each) => each.status)).toEqual([200, 400, 401])
      expect(answers.map((each) => each.headers.get('x-request-id'))).toEqual([id, id, id])
    }
    expect((await authzen.post(evaluation, aQuestion())).status).toBe(200)
  })

  it('finds no secret in any answer or log', async () => {
    const secrets = [ci.key, 'pst_garbage-garbage-garbage-garbage-xx']
    const answers = []
    for (const id of secrets) {
      const subject = { type: 'api_key', id }
      answers.push(await authzen.post(evaluation, aQuestion({ subject })))
      answers.push(await authzen.post(evaluation, aQuestion({ subject, action: { name: '*' } })))
      answers.push(await authzen.post(evaluation, aQuestion(), { authorization: `Bearer ${id}` }))
    }
    const texts = [...answers.map(({ body }) => JSON.stringify(body)), ...authzen.system.logged]
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([])
    expect(authzen.system.logged).toEqual([])
  })
})

describe('the use case behind', () => {
  it('asks the store itself who may ask, whatever memory said before', async () => {
    const { store } = authzen.system.system
    const retries = createRetries(createReplySeal({ pepper: 'none is written', randomBytes }))
    const { nowMs } = authzen.system.clock
    const now = () => nowMs
    const administration = createAdministration({ store, tools: testTools, retries, now })
    const asking = (secret: string) =>
      administration.read({ secret, ip: '', userAgent: '' }, (act) => authorizeSubjects(act, []))
    await expect(asking(ci.key)).rejects.toMatchObject({ kind: 'permission-denied' })
    expect((await asking(authzen.secret)).value).toEqual([])
  })
})

it('is asked by an administrator of the catalogue, too', async () => {
  const admin = await anAdministrator(authzen.system.owner, 'IAMManager')
  expect(await decide({}, { authorization: `Bearer ${admin.key}` })).toEqual([200, true, 'RULE'])
})
