import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { commands } from './commands.js'
import { exitCodes } from './exit-code.js'
import { run } from './run.js'

class Text {
  readonly isTTY: boolean
  text = ''

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}

async function postern(argv: readonly string[], { isTTY = false, env = {} } = {}) {
  const stdout = new Text(isTTY)
  const stderr = new Text(isTTY)
  const stdin = Readable.from([])
  const code = await run(argv, { env, stdin, stdout, stderr })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']], [['--json', '--help']]])(
    '%j lists all',
    async (argv) => {
      const { code, stdout, stderr } = await postern(argv)
      expect([code, stderr]).toEqual([0, ''])
      for (const { path } of commands) expect(stdout).toContain(`  ${path} `)
    },
  )

  test.each(commands.map(({ path }) => [path]))('%s --help shows the command', async (path) => {
    const { code, stdout } = await postern([...path.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: postern ${path} [OPTIONS]`)
    expect((await postern(['help', ...path.split(' ')])).stdout).toBe(stdout)
  })

  test('of a group lists its commands', async () => {
    const { code, stdout } = await postern(['key', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('key rotate')
    expect(stdout).not.toContain('import')
    expect((await postern(['help', 'key'])).stdout).toBe(stdout)
  })

  test('of exit codes says all of them', async () => {
    const { stdout } = await postern(['help', 'exit-codes'])
    for (const code of Object.values(exitCodes))
      expect(stdout).toMatch(new RegExp(`^ +${code}  `, 'm'))
  })
})

test('the version is told', async () => {
  expect((await postern(['--version'])).stdout).toMatch(/^postern \d+\.\d+\.\d+\n$/)
  expect((await postern(['version'])).code).toBe(0)
  expect(JSON.parse((await postern(['version', '--json'])).stdout)).toHaveProperty('version')
})

describe('a wrong command line ends with 64', () => {
  test.each([
    [['chekc'], 'postern: unknown command `chekc`; did you mean `check`?\n'],
    [['key', 'lsit'], 'postern: unknown command `key lsit`; did you mean `key list`?\n'],
    [['frobnicate'], 'postern: unknown command `frobnicate`\n'],
    [['help', 'improt'], 'postern: no help on `improt`; did you mean `import`?\n'],
    [['check'], 'postern: ACTION is missing; see `postern check --help`\n'],
    [['whoami', 'x'], 'postern: too many arguments; see `postern whoami --help`\n'],
    [['check', 'a', '--usr', 'x'], 'postern: unknown option `--usr`; did you mean `--user`?\n'],
    [
      ['key', 'create', '--user', 'a', '--application', 'b'],
      'postern: only one of --user and --application may be given\n',
    ],
    [
      ['export', '--format', 'yml'],
      'postern: --format: must be yaml or json; did you mean yaml?\n',
    ],
    [['export', '--format', 'yaml', '--json'], /contradict/],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await postern(argv)
    expect([code, stdout]).toEqual([64, ''])
    if (typeof message === 'string' && !argv.includes('--json')) expect(stderr).toBe(message)
    else expect(stderr).toMatch(message)
  })

  test.each([[[]], [['key']]])('%j lacks a word, and is told which there are', async (argv) => {
    const { code, stdout, stderr } = await postern(argv)
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain('key create')
  })
})

test('common options may come before the command', async () => {
  const { code, stderr } = await postern(['--address', '127.0.0.1:1', 'whoami'], {
    env: { POSTERN_API_KEY: 'x' },
  })
  expect(code).toBe(69)
  expect(stderr).toMatch(/^postern: cannot reach 127\.0\.0\.1:1: connect ECONNREFUSED/)
})

test('errors are JSON for programs', async () => {
  const { code, stdout, stderr } = await postern(['chekc', '--json'])
  expect([code, stdout]).toEqual([64, ''])
  expect(JSON.parse(stderr)).toMatchObject({ error: { reason: 'USAGE', exit_code: 64 } })
})

test('errors are coloured on a terminal, unless nobody wants it', async () => {
  const coloured = (env: Record<string, string>) => postern(['chekc'], { isTTY: true, env })
  expect((await coloured({})).stderr).toContain('\u001b[31m')
  expect((await coloured({ NO_COLOR: '1' })).stderr).toMatch(/^postern: /)
  expect((await coloured({ TERM: 'dumb' })).stderr).toMatch(/^postern: /)
})

test('a variable that holds no key is named, and what was given for its name is not', async () => {
  const given = 'not a name'
  const { code, stderr } = await postern(['check', 'a:b', '--key-env', given])
  expect(code).toBe(66)
  expect(stderr).not.toContain(given)
  const unset = await postern(['check', 'a:b', '--key-env', 'CI_KEY'])
  expect(unset.stderr).toBe('postern: --key-env: variable CI_KEY is empty or not set\n')
})
