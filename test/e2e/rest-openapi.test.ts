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
    expect(ids).toEqual(expect.arrayContaining(['ListUsers', 'CheckPermissions', 'GetLiveness']))
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
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    ajv.addSchema({ $id: 'api', components: document.components })
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
      const validate = ajv.compile({ $ref: `api#/components/schemas/${schema}` })
      expect([path, validate(body), validate.errors]).toEqual([path, true, null])
    }
  })

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
