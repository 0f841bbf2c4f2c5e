import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RestSystem, startRest } from '../support/scaleway.js'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly responses: Readonly<Record<string, { readonly content?: unknown }>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

let rest: RestSystem
let document: Document
beforeAll(async () => {
  rest = await startRest()
  document = (await (await rest.send('GET', '/openapi.json')).json()) as Document
})
afterAll(() => rest.close())

describe('the description of the API', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    expect(document.openapi).toBe('3.1.0')
    const { valid, errors } = await new Validator().validate(structuredClone({ ...document }))
    expect([valid, errors]).toEqual([true, undefined])
  })

  it('names every operation once, and says what it does', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
    const ids = operations.map((operation) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations.filter((operation) => operation.summary === '')).toEqual([])
    expect(ids).toEqual(
      expect.arrayContaining([
        'ListUsers',
        'CheckPermissions',
        'GetLiveness',
        'ForwardAuth',
        'ForwardAuthOfRoute',
        'EvaluateAccess',
        'EvaluateAccessesInOrganization',
        'GetAccessMetadata',
      ]),
    )
  })

  it('has no schema that says nothing of a member', () => {
    const empty = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      Object.entries((schema as { properties?: object }).properties ?? {})
        .filter(([, member]) => Object.keys(member as object).length === 0)
        .map(([member]) => `${name}.${member}`),
    )
    expect(empty).toEqual([])
  })

  it('agrees with what each list and thing is answered as', async () => {
    await fill()
    const ajv = validator()
    const readable = [
      ['users', 'ListUsersResponse'],
      ['applications', 'ListApplicationsResponse'],
      ['groups', 'ListGroupsResponse'],
      ['api-keys', 'ListAPIKeysResponse'],
      ['policies', 'ListPoliciesResponse'],
      ['permission-sets', 'ListPermissionSetsResponse'],
      ['logs', 'ListLogsResponse'],
      ['quota', 'ListQuotaResponse'],
      ['organizations/ID', 'Organization'],
      ['organizations/ID/security-settings', 'OrganizationSecuritySettings'],
      ['users?page=0', 'Error'],
    ] as const
    for (const [path, schema] of readable) {
      const at = `/iam/v1alpha1/${path.replace('ID', rest.organizationId)}`
      const body: unknown = await (await rest.send('GET', at)).json()
      expect([path, problems(ajv, schema, body)]).toEqual([path, null])
    }
  })

  it('agrees with what AuthZEN and forward-auth are asked and answer', async () => {
    const ajv = validator()
    const question = {
      subject: { type: 'user', id: rest.ownerId },
      action: { name: 'can_read' },
      resource: { type: 'todo', id: '1', properties: { locality: 'fr-par', shape: 'round' } },
    }
    const batch = { ...question, evaluations: [{}, { context: {} }], options: {} }
    const asked = [
      ['/access/v1/evaluation', 'AccessEvaluationRequest', question, 'AccessDecision'],
      ['/access/v1/evaluations', 'AccessEvaluationsRequest', batch, 'AccessEvaluationsAnswer'],
      ['/access/v1/evaluation', 'AccessAction', { name: 'a' }, 'AccessError'],
      ['/access/v1/search/subject', 'SubjectSearchRequest', question, 'SubjectSearchAnswer'],
      ['/access/v1/search/resource', 'ResourceSearchRequest', question, 'ResourceSearchAnswer'],
      ['/access/v1/search/action', 'ActionSearchRequest', question, 'ActionSearchAnswer'],
    ] as const
    for (const [path, request, body, schema] of asked) {
      const headers = { authorization: `Bearer ${rest.secret}` }
      const answer: unknown = await (await rest.send('POST', path, { body, headers })).json()
      expect([path, problems(ajv, request, body)]).toEqual([path, null])
      expect([path, problems(ajv, schema, answer)]).toEqual([path, null])
    }
    const metadata = await (await rest.send('GET', '/.well-known/authzen-configuration')).json()
    expect(problems(ajv, 'AccessMetadata', metadata)).toBe(null)
    const refused = await rest.send('GET', '/forward-auth')
    expect([refused.status, problems(ajv, 'Refusal', await refused.json())]).toEqual([403, null])
  })

  function validator(): Ajv2020 {
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    return ajv.addSchema({ $id: 'api', components: document.components })
  }

  function problems(ajv: Ajv2020, schema: string, body: unknown) {
    const validate = ajv.compile({ $ref: `api#/components/schemas/${schema}` })
    return validate(body) ? null : (validate.errors ?? [])
  }

  async function fill(): Promise<void> {
    const { iam } = rest.owner
    const application = await iam.createApplication({ name: 'ci', description: '' })
    await iam.createAPIKey({ applicationId: application.id, description: '' })
    await iam.createGroup({ name: 'team', description: '' })
    await iam.createPolicy({ name: 'p', description: '', applicationId: application.id, rules: [] })
  }

  it('is a page too, which needs nothing from anywhere else', async () => {
    const answer = await rest.send('GET', '/docs')
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).toContain('/iam/v1alpha1/users/{user_id}')
    expect(page).not.toMatch(/<script|src=|@import|https?:/)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})
