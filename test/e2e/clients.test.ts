import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython } from '../support/python.js'
import { startSystem, type TestSystem } from '../support/system.js'

/** Clients that share no code with the server. */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const buf = join(root, 'node_modules/.bin/buf')

let system: TestSystem
beforeAll(async () => {
  system = await startSystem()
})
afterAll(() => system.close())

describe('buf curl, by reflection', () => {
  const curl = async (path: string, ...words: string[]): Promise<string> => {
    const { stdout } = await run(buf, [
      'curl',
      '--protocol=grpc',
      '--http2-prior-knowledge',
      '--header',
      `authorization: Bearer ${system.founded.ownerKey.secret}`,
      ...words,
      `http://${system.address}${path}`,
    ])
    return stdout
  }

  const nouns = ['ApiKey', 'Application', 'Authorization', 'Document', 'Group', 'Organization']
  const more = [
    'PermissionSet',
    'Policy',
    'Project',
    'Resource',
    'Search',
    'Simulation',
    'User',
    'Watch',
  ]
  const services = [...nouns, ...more].map((noun) => `postern.v1.${noun}Service`)

  it('lists every service', async () => {
    expect((await curl('', '--list-services')).trim().split('\n').sort()).toEqual(services)
  })

  it('lists every method', async () => {
    const methods = (await curl('', '--list-methods')).trim().split('\n')
    expect(methods.length).toBeGreaterThanOrEqual(60)
    for (const service of services) {
      expect(methods.some((method) => method.startsWith(`${service}/`))).toBe(true)
    }
  })

  const simulation = `{"changes":[{"create_policy":{"name":"x"}}],
    "questions":[{"user_id":"00000000-0000-4000-8000-000000000000","action":"a","resource":{}}]}`
  const calls: [string, string, RegExp][] = [
    ['ApiKeyService/ListApiKeys', '{}', /"apiKeys"/],
    ['ApplicationService/CreateApplication', '{"name":"curl"}', /"name": "curl"/],
    ['AuthorizationService/Authorize', '{"api_key":"x","action":"a","resource":{}}', /MALFORMED/],
    ['DocumentService/ExportOrganization', '{}', /"document"/],
    ['GroupService/ListGroups', '{}', /"all_users"/],
    ['OrganizationService/GetOrganization', '{}', /"Acme"/],
    ['PermissionSetService/GetPermissionSet', '{"name":"IAMManager"}', /"iam:/],
    ['PolicyService/CreatePolicy', '{"name":"inert"}', /"inert"/],
    ['ProjectService/ListProjects', '{}', /"default"/],
    ['ResourceService/RegisterResource', '{"resource":{"type":"a","id":"b"}}', /"id": "b"/],
    ['SearchService/ListPrincipals', '{"action":"a","resource":{}}', /"userId"/],
    ['SimulationService/Simulate', simulation, /REASON_PRINCIPAL_NOT_FOUND/],
    ['UserService/GetUser', '{}', /USER_TYPE_OWNER/],
  ]
  it.each(calls)('calls %s', async (method, data, answer) => {
    expect(await curl(`/postern.v1.${method}`, '--data', data)).toMatch(answer)
  })
})

it('a health check is answered', async () => {
  const client = new Client(system.address, credentials.createInsecure())
  const bytes = (value: Buffer) => value
  const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
    const done = (error: Error | null, value?: Buffer) => (error ? reject(error) : resolve(value))
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, Buffer.alloc(0), done)
  })
  client.close()
  // Field 1, SERVING.
  expect(answer).toEqual(Buffer.from([0x08, 1]))
})

describe('Python, from the protos', () => {
  it('does the tour', { timeout: 300_000 }, async () => {
    const python = findPython()
    const out = mkdtempSync(join(tmpdir(), 'postern-python-'))
    try {
      const descriptorSet = join(out, 'descriptors.binpb')
      await run(buf, ['build', 'proto', '--as-file-descriptor-set', '-o', descriptorSet], {
        cwd: root,
      })
      const protos = readdirSync(join(root, 'proto/postern/v1'))
      const files = protos.map((name) => `postern/v1/${name}`)
      python.generate(descriptorSet, files, out)
      const tour = join(root, 'test/e2e/python/tour.py')
      const { stdout } = await run(python.program, [tour, system.address], {
        env: {
          PATH: process.env.PATH,
          PYTHONPATH: out,
          OWNER_KEY: system.founded.ownerKey.secret,
        },
      })
      expect(stdout.trim().split('\n')).toEqual([
        'DECISION_ALLOW REASON_RULE operators run the shop',
        'DECISION_DENY REASON_EXPLICIT_DENY operators run the shop',
        'DECISION_DENY REASON_NO_MATCHING_RULE -',
        'DECISION_DENY REASON_KEY_NOT_FOUND -',
        'INVALID_ARGUMENT access_key: must be an access key: 20 capitals and digits',
      ])
    } finally {
      rmSync(out, { recursive: true })
    }
  })
})
