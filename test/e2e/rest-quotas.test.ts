import { randomUUID } from 'node:crypto'
import { Errors } from '@scaleway/sdk-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../support/api.js'
import { type RestSystem, startRest } from '../support/scaleway.js'
import { startSystem } from '../support/system.js'

let rest: RestSystem
beforeAll(async () => {
  // The owner has two keys: its first one, and one of the form that these clients insist on.
  const quotas = {
    ...{ POSTERN_QUOTA_USERS: '2', POSTERN_QUOTA_APPLICATIONS: '2', POSTERN_QUOTA_GROUPS: '2' },
    ...{ POSTERN_QUOTA_POLICIES: '2', POSTERN_QUOTA_API_KEYS: '3' },
  }
  rest = await startRest(quotas)
})
afterAll(() => rest.close())

const description = ''

describe("quotas, through Scaleway's clients", () => {
  it('are listed as they are set, and one that is not is unlimited', async () => {
    const { iam } = rest.owner
    const quota = await iam.listQuota({}).all()
    expect(quota.map(({ name, limit, unlimited }) => [name, limit ?? unlimited])).toEqual([
      ['iam_api_keys', 3],
      ['iam_applications', 2],
      ['iam_groups', 2],
      ['iam_policies', 2],
      ['iam_users', 2],
      ['projects', true],
    ])
    const users = await iam.getQuotum({ quotumName: 'iam_users' })
    expect(users.limits).toEqual([{ global: true, limit: 2 }])
  })

  it.each([
    ['iam_users', 2, () => rest.owner.iam.createUser({ email: `${randomUUID()}@a.example` })],
    ['iam_applications', 2, () => rest.owner.iam.createApplication({ name: 'a', description })],
    ['iam_groups', 2, () => rest.owner.iam.createGroup({ name: randomUUID(), description })],
    ['iam_policies', 2, () => rest.owner.iam.createPolicy({ name: 'p', description })],
    ['iam_api_keys', 3, () => rest.owner.iam.createAPIKey({ userId: rest.ownerId, description })],
  ] as const)('end in QuotasExceededError: %s', async (resource, quota, make) => {
    let refused: unknown
    for (let count = 0; count <= quota && !refused; count++) {
      await make().catch((error: unknown) => {
        refused = error
      })
    }
    expect(refused).toBeInstanceOf(Errors.QuotasExceededError)
    const scope = { kind: 'organization', id: rest.organizationId }
    expect(refused).toMatchObject({
      status: 403,
      list: [{ resource, quota, current: quota, scope }],
    })
  })

  it('count clones, and have room again after a deletion', async () => {
    const { iam } = rest.owner
    const [policy] = await iam.listPolicies({}).all()
    const policyId = policy?.id ?? ''
    await expect(iam.clonePolicy({ policyId })).rejects.toBeInstanceOf(Errors.QuotasExceededError)
    const [, other] = await iam.listPolicies({}).all()
    await iam.deletePolicy({ policyId: other?.id ?? '' })
    expect((await iam.clonePolicy({ policyId })).name).toBe('Copy of p')
  })
})

it('quotas of one leave room for an organization with its owner, its key and its project', async () => {
  const nouns = ['USERS', 'APPLICATIONS', 'GROUPS', 'POLICIES', 'API_KEYS', 'PROJECTS']
  const quotas = Object.fromEntries(nouns.map((noun) => [`POSTERN_QUOTA_${noun}`, '1']))
  const system = await startSystem(quotas)
  try {
    const ownerEmail = 'owner@other.example'
    const { organizations } = system.owner
    const made = await organizations.createOrganization({ name: 'Other', ownerEmail })
    const other = system.as(made.ownerApiKey)
    expect((await other.groups.createGroup({ name: 'only' })).name).toBe('only')
    expect(await refusalOf(other.projects.createProject({ name: 'second' }))).toMatchObject({
      message: 'projects: the organization has 1 of at most 1, no room for 1 more',
    })
  } finally {
    await system.close()
  }
})
