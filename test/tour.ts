import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/**
 * Runs the README's tour as a reader would, block after block in one shell, against a fresh server
 * of its own, and compares what each prints with the block that the README shows after it. `…`
 * stands for any text, and alone on its line for any lines. Needs the compiled program.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'dist/cli/main.js')

interface Step {
  readonly commands: string
  readonly expected: string
}

function readSteps(readme: string): Step[] {
  const tour = readme.slice(readme.indexOf('## A five-minute tour'))
  const blocks = [...tour.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)]
  return blocks.flatMap(([, kind, text = ''], index) => {
    if (kind !== 'sh') return []
    const [, nextKind, next = ''] = blocks[index + 1] ?? []
    return [{ commands: text, expected: nextKind === 'text' ? next : '' }]
  })
}

/** Prints a line that no command prints before each step, so that outputs can be told apart. */
const marker = 'tour-step-marker'

function runSteps(steps: readonly Step[], directory: string, env: NodeJS.ProcessEnv): string[] {
  const script = steps.map(({ commands }) => `echo ${marker}\n${commands}`).join('')
  const shell = `npx() { shift; node ${program} "$@"; }\n${script}`
  const { stdout, stderr } = spawnSync('bash', ['-c', shell], {
    cwd: directory,
    env,
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (stderr !== '') process.stderr.write(stderr)
  return stdout.split(`${marker}\n`).slice(1)
}

function matches(expected: string, printed: string): boolean {
  const pattern = expected
    .split('\n')
    .map((line) => (line === '…' ? '[\\s\\S]*' : line.split('…').map(escaped).join('.*')))
    .join('\n')
  return new RegExp(`^${pattern}$`).test(printed)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

async function startServer(directory: string) {
  const keyFile = join(directory, 'owner.key')
  const server = spawn(process.execPath, [program, 'serve'], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      POSTERN_LISTEN: '127.0.0.1:0',
      POSTERN_HTTP_LISTEN: '127.0.0.1:0',
      POSTERN_OWNER_KEY_FILE: keyFile,
      POSTERN_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [announcement] = await once(createInterface(server.stdout), 'line')
  const address = /on (\S+)/.exec(String(announcement))?.[1]
  if (!address) throw new Error(`the server did not start: ${announcement}`)
  return { server, address, keyFile }
}

const directory = mkdtempSync(join(tmpdir(), 'postern-tour-'))
symlinkSync(join(root, 'examples'), join(directory, 'examples'))
const { server, address, keyFile } = await startServer(directory)
try {
  const steps = readSteps(readFileSync(join(root, 'README.md'), 'utf8'))
  const printed = runSteps(steps, directory, {
    PATH: process.env.PATH,
    HOME: directory,
    POSTERN_ADDRESS: address,
    POSTERN_API_KEY: readFileSync(keyFile, 'utf8').trim(),
  })
  let failed = 0
  steps.forEach(({ commands, expected }, index) => {
    const ok = matches(expected, printed[index] ?? '')
    console.log(`${ok ? '✓' : '✗'} ${commands.split('\n')[0]}`)
    if (ok) return
    failed += 1
    console.log(`expected:\n${expected}\nprinted:\n${printed[index]}`)
  })
  if (steps.length === 0) throw new Error('the README has no tour')
  console.log(`${steps.length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} finally {
  server.kill('SIGTERM')
  await once(server, 'exit')
  rmSync(directory, { recursive: true })
}
