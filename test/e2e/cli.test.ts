import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRule, onProjects } from '../support/acts.js'
import { startSystem, type TestSystem } from '../support/system.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = join(root, 'dist/cli/main.js')
const acme = join(root, 'examples/acme.yaml')

let system: TestSystem
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-cli-'))
  system = await startSystem()
})
afterAll(async () => {
  await system.close()
  rmSync(directory, { recursive: true })
})

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the compiled program as a user's shell would. */
async function postern(
  words: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      POSTERN_ADDRESS: system.address,
      POSTERN_API_KEY: system.founded.ownerKey.secret,
      ...env,
    },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

function file(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

const revision = async () => (await system.owner.organizations.getOrganization()).revision

describe('an organization in a file', () => {
  it('is shown first, made once, and then there is nothing to change', async () => {
    const before = await revision()
    const dry = await postern(['import', acme, '--dry-run'])
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect(dry.stdout).toMatch(/138 .*create/)
    expect(await revision()).toBe(before)
    expect((await postern(['import', acme])).code).toBe(0)
    expect((await postern(['import', acme])).stdout).toBe('nothing to change\n')
  })

  it('comes out as it went in, without a secret', async () => {
    const exported = await postern(['export'])
    expect(exported.stdout).not.toMatch(/pst_|hash/)
    expect((await postern(['import', '-'], { input: exported.stdout })).stdout).toBe(
      'nothing to change\n',
    )
  })

  it('comes out so that it goes in again after a project was deleted', async () => {
    const { owner } = system
    const { id: projectId } = await owner.projects.createProject({ name: 'doomed' })
    await owner.policies.createPolicy({
      name: 'of the doomed',
      rules: [aRule({ permissionSetNames: ['VPCFullAccess'], ...onProjects(projectId) })],
    })
    await owner.projects.deleteProject({ projectId })
    const exported = await postern(['export'])
    expect(await postern(['import', '-'], { input: exported.stdout })).toMatchObject({
      code: 0,
      stdout: 'nothing to change\n',
    })
  })

  it('goes into a second organization of the same server under ids of its own', async () => {
    const { organizations } = system.owner
    const [from, to] = await Promise.all(
      ['from@first.example', 'to@second.example'].map((ownerEmail) =>
        organizations.createOrganization({ name: 'Twin', ownerEmail }),
      ),
    )
    const asFirst = { env: { POSTERN_API_KEY: from?.ownerApiKey ?? '' } }
    const asSecond = { env: { POSTERN_API_KEY: to?.ownerApiKey ?? '' } }
    const made = await postern(['import', '-'], {
      ...asFirst,
      input: `{ projects: [{ name: p }], applications: [{ name: a }],
        groups: [{ name: g, applications: [a] }],
        policies: [{ name: q, principal: { group: g },
          rules: [{ permission_sets: [VPCFullAccess], projects: [p] }] }] }`,
    })
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const exported = JSON.parse((await postern(['export', '--format', 'json'], asFirst)).stdout)
    const twin = file('twin.json', JSON.stringify({ ...exported, users: [] }))
    const clash = await postern(['import', twin, '--json'], asSecond)
    expect(clash.code).toBe(73)
    expect(JSON.parse(clash.stderr).error).toMatchObject({
      reason: 'ALREADY_EXISTS',
      violations: [{ field: 'projects[1].id', reason: 'DUPLICATE' }],
    })
    const copied = await postern(['import', twin, '--without-ids'], asSecond)
    expect(copied).toMatchObject({ code: 0, stderr: '' })
    expect(copied.stdout).toMatch(/4 created/)
    const again = await postern(['import', twin, '--without-ids'], asSecond)
    expect(again.stdout).toBe('nothing to change\n')
  })

  it('takes away what it does not name only when told', async () => {
    const { stdout } = await postern(['export', '--format', 'json'])
    const document = JSON.parse(stdout)
    document.applications.push({ name: 'short-lived' })
    const grown = file('grown.json', JSON.stringify(document))
    expect((await postern(['import', grown])).stdout).toMatch(/\+ application +short-lived/)
    const shrunk = file('shrunk.json', stdout)
    expect((await postern(['import', shrunk])).stdout).toBe('nothing to change\n')
    expect((await postern(['import', shrunk, '--prune'])).stdout).toMatch(
      /- application +short-lived/,
    )
  })
})

describe('keys', () => {
  it('are made, decide, are listed, renewed and revoked', async () => {
    const made = JSON.parse(
      (await postern(['key', 'create', '--application', 'ci-runner', '--json'])).stdout,
    )
    const env = { CI_KEY: made.secret }
    const ask = ['check', 'compute:servers:start', '--key-env', 'CI_KEY', '--project', 'staging']
    expect(await postern(ask, { env })).toMatchObject({ code: 0, stderr: '' })
    const accessKey = made.api_key.access_key
    expect((await postern(['key', 'list'])).stdout).toContain(accessKey)
    const rotated = JSON.parse((await postern(['key', 'rotate', accessKey, '--json'])).stdout)
    expect((await postern(ask, { env })).stdout).toMatch(/KEY_NOT_FOUND/)
    const renewed = { CI_KEY: rotated.secret }
    expect((await postern(ask, { env: renewed })).code).toBe(0)
    await postern(['key', 'revoke', accessKey])
    const last = await postern(ask, { env: renewed })
    expect(last).toMatchObject({ code: 1 })
    expect(last.stdout).toMatch(/deny.*KEY_NOT_FOUND/)
  })

  it('of members begin with an enrollment', async () => {
    const issued = await postern(['user', 'enroll', 'ada@acme.example', '--json'])
    const token = file('token', JSON.parse(issued.stdout).token)
    const enrolled = await postern(['enroll', '--token-file', token, '--json'])
    const env = { POSTERN_API_KEY: JSON.parse(enrolled.stdout).api_key }
    expect((await postern(['whoami'], { env })).stdout).toMatch(/ada@acme.example/)
    expect(await postern(['enroll', '--token-file', token])).toMatchObject({ code: 77 })
  })
})

describe('searches', () => {
  const start = 'compute:servers:start'
  const inStaging = ['--project', 'staging', '--type', 'server', '--id', 'web-1']

  it('tell who may do something, and what somebody may do', async () => {
    const who = await postern(['who-can', start, ...inStaging, '--only', 'applications'])
    expect(who).toMatchObject({ code: 0, stderr: '' })
    expect(who.stdout).toMatch(/^KIND .*NAME .*ID\napplication +ci-runner /)
    const json = await postern(['who-can', start, ...inStaging, '--json'])
    expect(JSON.parse(json.stdout).principals).toContainEqual({
      user_id: system.founded.owner.id,
    })
    const what = await postern(['what-can', '--application', 'ci-runner', ...inStaging])
    expect(what.stdout.split('\n')).toContain(start)
  })

  it('of resources go through those that were registered', async () => {
    const register = ['resource', 'register', 'server', 'web-1', '--project', 'staging']
    expect((await postern(register)).stdout).toBe('registered server/web-1\n')
    expect((await postern(['resource', 'list'])).stdout).toMatch(/server +web-1 +staging/)
    const ask = ['where-can', start, '--application', 'ci-runner']
    expect((await postern(ask)).stdout).toMatch(/server +web-1 +staging/)
    await postern(['resource', 'delete', 'server', 'web-1'])
    expect((await postern(ask)).stdout).toBe('no resources\n')
  })

  it('of what would change show each flip, and can fail by the exit code', async () => {
    const before = await revision()
    const ask = `application: ci-runner, action: '${start}', type: server, id: web-1`
    const input = `
changes:
  - create_policy:
      name: freeze
      principal: { application: ci-runner }
      rules:
        - { effect: deny, permission_sets: [InstancesServerStart], projects: [staging] }
questions:
  - { ${ask}, project: staging }
  - { ${ask}, project: production }
`
    const shown = await postern(['simulate', '-', '--exit-code'], { input })
    expect(shown).toMatchObject({ code: 1, stderr: '' })
    expect(shown.stdout).toBe(
      `- application ci-runner: ${start} on server/web-1 in project staging
    allow (RULE, policy \`ci-runner staging\`) → deny (EXPLICIT_DENY, policy \`freeze\`)

0 gained, 1 lost, 1 as before
`,
    )
    expect(await revision()).toBe(before)
    const bad = input.replace('InstancesServerStart', 'Nope')
    const refused = await postern(['simulate', '-'], { input: bad })
    expect(refused.code).toBe(65)
    expect(refused.stderr).toMatch(/7:45: .*rules\[0\]\.permission_sets\[0\]/)
  })
})

describe.concurrent('bad input', () => {
  const documents: [string, string | Buffer, number, RegExp][] = [
    ['no YAML', 'groups: [', 65, /:1:/],
    ['one key twice', 'groups: []\ngroups: []\n', 65, /:2:/],
    ['an unknown key', 'grups: []\n', 65, /grups/],
    ['a list for a name', 'groups:\n  - name: [a]\n', 65, /groups\[0\]\.name/],
    ['no name', 'groups:\n  - description: a\n', 65, /groups\[0\]\.name/],
    ['a user that is nowhere', 'groups: [{ name: g, users: [x@y.example] }]', 65, /users\[0\]/],
    [
      'a set that is unknown',
      rule('permission_sets: [Nope], organization: true'),
      65,
      /1:51: .*permission_sets\[0\]/,
    ],
    ['no scope', rule('permission_sets: [VPCFullAccess]'), 65, /scope|organization/],
    [
      'an unknown project',
      rule('permission_sets: [VPCFullAccess], projects: [no]'),
      65,
      /projects/,
    ],
    [
      'an unknown effect',
      rule('effect: maybe, permission_sets: [A], organization: true'),
      65,
      /effect/,
    ],
    [
      'a condition that does not parse',
      rule('permission_sets: [VPCFullAccess], organization: true, condition: "(("'),
      65,
      /condition/,
    ],
    [
      'an address in octal in a condition',
      rule(
        `permission_sets: [VPCFullAccess], organization: true, condition: 'inIpRange(request.ip)'`,
      ),
      65,
      /condition/,
    ],
    ['text that is not UTF-8', Buffer.from([0x6e, 0x3a, 0xff, 0xfe]), 65, /UTF-8/],
    ['aliases of aliases', bomb(), 65, /alias/i],
    ['two documents', 'groups: []\n---\ngroups: []\n', 65, /document/],
    ['nothing', '', 66, /empty/],
    ['an empty document', '# nothing\n', 65, /./],
    ['a number', '42\n', 65, /./],
    ['a tag that is refused', 'groups: [{ name: g, tags: ["a:b"] }]', 65, /tags\[0\]/],
    [
      'an attribute of JavaScript',
      'applications: [{ name: a, attributes: { __proto__: 1 } }]',
      65,
      /attributes/,
    ],
  ]
  it.each(documents)('in a file: %s', async (_, content, code, message) => {
    const before = await revision()
    const ran = await postern(['import', '-'], { input: content as string })
    expect(ran.stderr).toMatch(message)
    expect(ran.code).toBe(code)
    expect(ran.stdout).toBe('')
    expect(await revision()).toBe(before)
  })

  const commandLines: [string, string[], number, RegExp][] = [
    ['an unknown command', ['chekc'], 64, /check/],
    ['an unknown option', ['check', 'a:b', '--projct', 'x'], 64, /--project/],
    ['no operand', ['check'], 64, /ACTION/],
    ['too many operands', ['key', 'revoke', 'A', 'B'], 64, /./],
    [
      'a secret as an argument',
      ['check', 'a:b', `pst_${'x'.repeat(33)}`],
      64,
      /argument|command line/,
    ],
    ['nobody to ask about', ['check', 'a:b'], 64, /--key-env|--user/],
    ['two to ask about', ['check', 'a:b', '--user', 'x', '--application', 'y'], 64, /exactly one/],
    ['an unknown user', ['check', 'a:b', '--user', 'no@acme.example'], 65, /not found/],
    [
      'an unknown project',
      ['check', 'a:b', '--application', 'ci-runner', '--project', 'no'],
      65,
      /not found/,
    ],
    ['an action with a star', ['check', 'a:*', '--application', 'ci-runner'], 65, /action/],
    [
      'an octal address',
      ['check', 'a:b', '--application', 'ci-runner', '--ip', '010.1.2.3'],
      65,
      /request\.ip/,
    ],
    [
      'a context that is no JSON',
      ['check', 'a:b', '--application', 'ci-runner', '--context', '{'],
      64,
      /--context/,
    ],
    ['a key that is none', ['key', 'revoke', 'nope'], 65, /access_key/],
    ['a life that is past', ['key', 'create', '--expires', '2001-01-01'], 65, /expire_time/],
    ['a range that is none', ['key', 'create', '--allow-cidr', '10.0.0.0/33'], 65, /source_cidrs/],
    ['a file that is not there', ['import', 'nowhere.yaml'], 66, /nowhere\.yaml/],
    ['a directory', ['import', '.'], 66, /directory/],
    [
      'an output that cannot be made',
      ['export', '--output', 'no/such/place'],
      73,
      /no\/such\/place/,
    ],
    ['a server that is not there', ['whoami', '--address', '127.0.0.1:1'], 69, /127\.0\.0\.1:1/],
    [
      'clear text to another machine',
      ['whoami', '--address', 'postern.example:50051'],
      78,
      /--tls/,
    ],
    ['a time-out without a unit', ['whoami', '--timeout', '5'], 64, /--timeout/],
  ]
  it.each(commandLines)('on the command line: %s', async (_, words, code, message) => {
    const before = await revision()
    const ran = await postern(words)
    expect(ran.stderr).toMatch(message)
    expect(ran.stderr).toMatch(/^postern: /)
    expect(ran.code).toBe(code)
    expect(ran.stdout).toBe('')
    expect(await revision()).toBe(before)
  })

  it('of a key never shows the key', async () => {
    const secret = `pst_${'Z'.repeat(33)}`
    const ran = await postern(['whoami'], { env: { POSTERN_API_KEY: secret } })
    expect(ran.code).toBe(77)
    expect(ran.stderr + ran.stdout).not.toContain(secret)
  })

  it('is JSON for programs', async () => {
    const ran = await postern(['key', 'revoke', 'nope', '--json'])
    expect(JSON.parse(ran.stderr)).toMatchObject({
      error: { reason: 'INVALID_ARGUMENT', violations: [{ field: 'access_key' }], exit_code: 65 },
    })
  })
})

function rule(body: string): string {
  return `policies: [{ name: p, rules: [{ ${body} }] }]\n`
}

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 12; i++) {
    lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`)
  }
  return `${lines.join('\n')}\n`
}

describe('policies', () => {
  it('are tested without a server', async () => {
    const first = join(root, 'test/decisions/a-group-grants-its-members.yaml')
    const ran = await postern(['policy', 'test', first], { env: { POSTERN_ADDRESS: 'unused:1' } })
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/passed, 0 failed/)
  })

  it('that come out otherwise end with 1 and say how', async () => {
    const wrong = file(
      'wrong.yaml',
      `description: wrong
organizations: [{ name: acme, applications: [{ name: ci }] }]
now: 2026-06-15T10:00:00Z
cases:
  - { name: never, application: ci, action: 'a:b', resource: {}, expect: { decision: allow, reason: RULE } }
`,
    )
    const ran = await postern(['policy', 'test', wrong])
    expect(ran.code).toBe(1)
    expect(ran.stdout).toMatch(/got +deny NO_MATCHING_RULE/)
  })
})
