import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anAdministrator } from '../support/acts.js'
import { freePort } from '../support/free-port.js'
import { requireGo } from '../support/go.js'
import { findPython } from '../support/python.js'
import { startSystem, type TestSystem } from '../support/system.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

let system: TestSystem
let out: string
let reader: string
beforeAll(async () => {
  system = await startSystem()
  out = mkdtempSync(join(tmpdir(), 'postern-examples-'))
  reader = (await anAdministrator(system.owner, 'IAMReadOnly')).key
})
afterAll(async () => {
  rmSync(out, { recursive: true })
  await system.close()
})

type Language = 'go' | 'python'

/** What the example prints and how it ends; `words` are its own. */
type Example = (apiKey: string, ...words: string[]) => Promise<string>

/** The commands of the manual, as they stand there but for where things are. */
function commandsOf(language: Language): string {
  const page = readFileSync(join(root, `examples/${language}/README.md`), 'utf8')
  const [, commands = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? []
  return commands
    .replaceAll(`/tmp/postern-${language}`, join(out, language))
    .replace('127.0.0.1:50051', system.address)
}

async function shell(language: Language, commands: string, apiKey: string): Promise<string> {
  const options = {
    cwd: join(root, 'examples', language),
    env: {
      ...process.env,
      // Most of a first build is the library; nobody needs it fast. Debian's Go knows no quotes here.
      GOFLAGS: '-buildvcs=false -gcflags=all=-N',
      PYTHONDONTWRITEBYTECODE: '1',
      POSTERN_API_KEY: apiKey,
    },
  }
  const { stdout, code } = await run('bash', ['-ec', commands], options).then(
    (ended) => ({ ...ended, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => ({
      ...failed,
      stdout: failed.stdout || failed.stderr,
    }),
  )
  return `${code} ${stdout.trim()}`
}

async function buildGo(): Promise<Example> {
  requireGo()
  const commands = commandsOf('go')
  expect(await shell('go', commands, system.founded.ownerKey.secret)).toBe('0 allow: OWNER')
  const program = join(out, 'go/ask-postern')
  return (apiKey, ...words) => shell('go', [program, ...words].join(' '), apiKey)
}

async function buildPython(): Promise<Example> {
  const python = findPython()
  const commands = commandsOf('python')
  const files = commands.match(/postern\/v1\/\w+\.proto/g) ?? []
  const descriptors = join(out, 'descriptors.binpb')
  const buf = join(root, 'node_modules/.bin/buf')
  const build = ['build', 'proto', '--as-file-descriptor-set', '-o', descriptors]
  await run(buf, build, { cwd: root })
  await run('mkdir', ['-p', join(out, 'python')])
  // Instead of the generator that pip installs.
  python.generate(descriptors, files, join(out, 'python'))
  const last = commands.trim().split('\n').at(-1)?.replace('python3', python.program) ?? ''
  expect(await shell('python', last, system.founded.ownerKey.secret)).toBe('0 allow: OWNER')
  const [program = ''] = last.split(` ${system.address}`)
  return (apiKey, ...words) => shell('python', [program, ...words].join(' '), apiKey)
}

describe.each([
  { language: 'Go', build: buildGo },
  { language: 'Python', build: buildPython },
])('the example for $language', ({ build }) => {
  let example: Example
  beforeAll(async () => {
    example = await build()
  }, 300_000)

  it('lets through what a policy allows', async () => {
    const told = await example(reader, system.address, 'iam:group:list')
    expect(told).toMatch(/^0 allow: RULE policy-\d+$/)
  })

  it('tells why it lets nobody else through', async () => {
    const [denied, unknown] = await Promise.all([
      example(reader, system.address, 'iam:group:delete'),
      example('garbage', system.address, 'iam:group:list'),
    ])
    expect([denied, unknown]).toEqual(['1 deny: NO_MATCHING_RULE', '1 deny: KEY_MALFORMED'])
  })

  it('lets nobody through when nobody answers, or the question is none', async () => {
    const [lost, odd] = await Promise.all([
      example(reader, `127.0.0.1:${await freePort()}`, 'iam:group:list'),
      example(reader, system.address, '"a b"'),
    ])
    expect(lost).toMatch(/^2 .*not known.*/)
    expect(odd).toMatch(/^2 .*not known.*action/)
  })
})
