import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../src/cli/run.js'
import { type RestSystem, startRest } from '../support/scaleway.js'
import { startSystem, type TestSystem } from '../support/system.js'

let source: RestSystem
let target: TestSystem
beforeAll(async () => {
  source = await startRest()
  target = await startSystem()
  await fill()
})
afterAll(async () => {
  await source.close()
  await target.close()
})

async function fill(): Promise<void> {
  const { iam, projects } = source.owner
  const project = await projects.createProject({ name: 'staging', description: 'd' })
  const application = await iam.createApplication({ name: 'ci', description: '', tags: ['t'] })
  await iam.createApplication({ name: 'ci', description: 'another of that name' })
  const group = await iam.createGroup({ name: 'robots', description: '' })
  await iam.addGroupMember({ groupId: group.id, applicationId: application.id })
  const rule = { permissionSetNames: ['ObjectStorageReadOnly'], condition: '' }
  await iam.createPolicy({
    name: 'read',
    description: '',
    groupId: group.id,
    rules: [{ ...rule, projectIds: [project.id], condition: 'request.user_agent == "ci"' }],
  })
  await iam.createUser({ email: 'guest@elsewhere.example' })
  const [owner] = await iam.listUsers({ type: 'owner' }).all()
  await iam.createPolicy({ name: 'boss', description: '', userId: owner?.id ?? '', rules: [] })
}

async function postern(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let [stdout, stderr] = ['', '']
  const secrets = { POSTERN_API_KEY: target.founded.ownerKey.secret, TOKEN: source.secret }
  const code = await run(
    ['import', 'scaleway', '--url', source.url, '--token-env', 'TOKEN', ...words],
    {
      env: { POSTERN_ADDRESS: target.address, ...secrets, ...env },
      stdin: (async function* () {})(),
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
    },
  )
  return { code, stdout, stderr }
}

it('shows what it would make, and makes nothing', async () => {
  const { code, stdout, stderr } = await postern([])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('robots')
  expect(stdout).toContain('left out: the owner owner@acme.example')
  expect(stdout).toContain('left out: the holder of the policy boss')
  const { groups } = await target.owner.groups.listGroups({ name: 'robots' })
  expect(groups).toEqual([])
})

it('makes projects, users, applications, groups, policies and rules, once', async () => {
  expect(await postern(['--apply'])).toMatchObject({ code: 0, stderr: '' })
  const { groups } = await target.owner.groups.listGroups({ name: 'robots' })
  const { applications } = await target.owner.applications.listApplications()
  expect(applications.map((each) => each.name)).toEqual(['ci', 'ci (2)'])
  expect(groups[0]?.applicationIds).toEqual([applications[0]?.id])
  const { policies } = await target.owner.policies.listPolicies({ name: 'read' })
  expect(policies[0]?.rules[0]?.condition).toBe('request.user_agent == "ci"')
  const again = await postern([])
  expect(again.stdout).not.toContain('robots')
})

it('says which variable is empty, and what the source refuses, without the token', async () => {
  expect(await postern([], { TOKEN: '' })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('TOKEN: must hold'),
  })
  const token = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const refused = await postern([], { TOKEN: token })
  expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining('answers 401') })
  expect(refused.stderr).not.toContain(token)
})

it('says which quotas it would exceed, before anything is made', async () => {
  const small = await startSystem({ POSTERN_QUOTA_APPLICATIONS: '1', POSTERN_QUOTA_POLICIES: '1' })
  const env = { POSTERN_ADDRESS: small.address, POSTERN_API_KEY: small.founded.ownerKey.secret }
  try {
    expect(await postern([], env)).toMatchObject({
      code: 73,
      stderr:
        'postern: applications: the organization has 0 of at most 1, no room for 2 more; policies: the organization has 0 of at most 1, no room for 2 more\n',
    })
  } finally {
    await small.close()
  }
})
