import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from './free-port.js'
import { aptInstall, attempt } from './package-manager.js'

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Where it writes what it saves, if it is told to. */
  readonly directory: string
  signal(signal: NodeJS.Signals): void
  /** Ends it at once; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again on the same port, with what it finds in its directory. */
  restart(): Promise<void>
  /** Ends it and removes its directory. */
  stop(): Promise<void>
}

export interface RedisOptions {
  /** Starts a Sentinel with this configuration, which it will write to. */
  readonly sentinelConfig?: string
  readonly port?: number
}

/** Starts a real Redis on a free loopback port; it saves nothing by itself. */
export async function startRedis(
  settings: readonly string[] = [],
  { sentinelConfig, port: wanted }: RedisOptions = {},
): Promise<RedisServer> {
  const program = findRedis()
  const directory = mkdtempSync(join(tmpdir(), 'postern-redis-'))
  const port = wanted ?? (await freePort())
  const sentinel = sentinelConfig === undefined ? [] : [sentinelConfig, '--sentinel']
  const words = [...sentinel, '--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  const launch = () =>
    spawn(program, [...words, ...(sentinelConfig ? [] : ['--save', '']), ...settings], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  let child: ChildProcess = launch()
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  await ready(child)
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    directory,
    signal: (signal) => child.kill(signal),
    kill,
    async restart() {
      child = launch()
      await ready(child)
    },
    async stop() {
      process.off('exit', killAtExit)
      await kill()
      rmSync(directory, { recursive: true })
    },
  }
}

/** Installs Redis when there is none and a package manager may be used without asking. */
export function findRedis(): string {
  const found = searchRedis() ?? (install() ? searchRedis() : undefined)
  if (found !== undefined) return found
  throw new Error(
    'these tests need a Redis or Valkey server: install it (Debian, Ubuntu: `apt-get install ' +
      'redis-server`; macOS: `brew install redis`) and run them again',
  )
}

function searchRedis(): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/opt/homebrew/bin']
  const programs = ['redis-server', 'valkey-server']
  return programs
    .flatMap((name) => places.map((place) => join(place, name)))
    .find((path) => existsSync(path))
}

function install(): boolean {
  if (process.platform === 'darwin') return attempt('brew', ['install', 'redis']) !== undefined
  return aptInstall(['redis-server'])
}

/** It says when it is ready; what it says goes on being read, lest it block. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000)
      if (/Ready to accept connections|Sentinel ID is/.test(log)) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`Redis did not start: ${log}`)))
  })
}
