import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.js'
import { aptInstall, attempt } from '../package-manager.js'

export type ProxyName = 'nginx' | 'caddy' | 'haproxy'

export interface RunningProxy {
  readonly port: number
  stop(): Promise<void>
}

export interface Behind {
  readonly posternPort: number
  readonly applicationPort: number
}

const programs: Readonly<Record<ProxyName, (directory: string) => readonly string[]>> = {
  nginx: (directory) => ['-p', directory, '-c', join(directory, 'nginx.conf'), '-g', 'daemon off;'],
  caddy: (directory) => ['run', '--adapter', 'caddyfile', '--config', join(directory, 'Caddyfile')],
  haproxy: (directory) => ['-db', '-f', join(directory, 'haproxy.cfg')],
}

/** Starts the real program with its example configuration, on ports of its own. */
export function startProxy(name: ProxyName, behind: Behind): Promise<RunningProxy> {
  return startExample(name, name, {
    ports: { 8080: behind.posternPort, 9000: behind.applicationPort },
  })
}

export interface Changes {
  /** Ports of the example that are others here; its own, 8000, is always another. */
  readonly ports: Readonly<Record<number, number>>
  /** Of the text, once the ports are changed. */
  edit?(text: string): string
}

/** The same with any folder of the examples. */
export async function startExample(
  name: ProxyName,
  example: string,
  changes: Changes,
): Promise<RunningProxy> {
  const program = findProxy(name)
  const directory = mkdtempSync(join(tmpdir(), `postern-${name}-`))
  const port = await freePort()
  copyExample(example, directory, { ...changes, ports: { ...changes.ports, 8000: port } })
  const child = spawn(program, programs[name](directory), {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const killAtExit = () => child.kill('SIGTERM')
  process.once('exit', killAtExit)
  await listening(child, name, port)
  return {
    port,
    async stop() {
      process.off('exit', killAtExit)
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      rmSync(directory, { recursive: true })
    },
  }
}

function copyExample(name: string, directory: string, changes: Changes): void {
  const example = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))
  const { ports, edit = (text) => text } = changes
  const known = new RegExp(`:(${Object.keys(ports).join('|')})\\b`, 'g')
  for (const file of readdirSync(example)) {
    const text = readFileSync(join(example, file), 'utf8')
    const moved = text.replace(known, (_, port: string) => `:${ports[Number(port)]}`)
    writeFileSync(join(directory, file), edit(moved))
  }
}

function findProxy(name: ProxyName): string {
  const found = search(name) ?? (install(name) ? search(name) : undefined)
  if (found !== undefined) return found
  throw new Error(
    `these tests need ${name}: install it (Debian, Ubuntu: \`apt-get install ${name}\`; macOS: ` +
      `\`brew install ${name}\`) and run them again`,
  )
}

function search(name: ProxyName): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/opt/homebrew/bin']
  return places.map((place) => join(place, name)).find((path) => existsSync(path))
}

function install(name: ProxyName): boolean {
  if (process.platform === 'darwin') return attempt('brew', ['install', name]) !== undefined
  return aptInstall([name])
}

/** Knocks until somebody opens; what the program says goes on being read, lest it block. */
async function listening(child: ChildProcess, name: ProxyName, port: number): Promise<void> {
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-10_000)
  })
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) throw new Error(`${name} did not start: ${log}`)
    await after(20)
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
