import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const built = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** `postern serve` in a process of its own, to be killed by its own process id. */
export interface ServerProcess {
  readonly address: string
  readonly pid: number
  /** What it has written to standard error so far. */
  logged(): string
  /** To a process that lives on. */
  signal(signal: NodeJS.Signals): void
  /** Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<Exit>
}

/** How a process ended, and what it said before. */
export interface Exit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Settings = Readonly<Record<string, string>>

/** Rejects when the server ends before it serves. */
export async function startServer(settings: Settings, program = built): Promise<ServerProcess> {
  const { child, exit, logged } = spawnServer(settings, program)
  const lines = createInterface(child.stdout ?? process.stdin)
  const serving = once(lines, 'line').then(([line]) => /on (\S+)/.exec(String(line))?.[1])
  const address = await Promise.race([serving, exit])
  if (typeof address !== 'string') {
    throw new Error(`the server ended: ${JSON.stringify(address)}`)
  }
  return {
    address,
    pid: child.pid ?? 0,
    logged,
    signal: (signal) => child.kill(signal),
    kill(signal) {
      child.kill(signal)
      return exit
    },
  }
}

/** For a server that is expected to end by itself. */
export function runServer(settings: Settings): Promise<Exit> {
  return spawnServer(settings).exit
}

/** For a server that dies before it serves, or soon after. */
export async function killStarting(
  settings: Settings,
  program: string,
  delayMs: number,
): Promise<void> {
  const { child, exit } = spawnServer(settings, program)
  await after(delayMs)
  child.kill('SIGKILL')
  await exit
}

/** For a test that ends it by itself, before it serves. */
export function spawnServer(
  settings: Settings,
  program = built,
): { child: ChildProcess; exit: Promise<Exit>; logged(): string } {
  const child = spawn(process.execPath, [program, 'serve'], {
    env: {
      PATH: process.env.PATH,
      POSTERN_LISTEN: '127.0.0.1:0',
      POSTERN_HTTP_LISTEN: 'off',
      POSTERN_LOAD_TIMEOUT: '10s',
      POSTERN_LOG_LEVEL: 'error',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const exit = once(child, 'close').then(([code]) => {
    process.off('exit', killAtExit)
    return { code, stdout, stderr }
  })
  return { child, exit, logged: () => stderr }
}
