import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.js'
import { attempt } from './package-manager.js'
import { findPostgres, serverUser } from './postgres.js'

export interface PostgresServer {
  /** Of the server's maintenance database, as superuser. */
  readonly url: string
  stop(): Promise<void>
  /** Kills all its processes at once, as a machine that loses power would. */
  crash(): Promise<void>
  /** Starts it again after a crash: same data, same URL. */
  restart(): Promise<void>
  /** Sends all its processes a signal: `SIGSTOP` freezes it, `SIGCONT` lets it go on. */
  signal(signal: NodeJS.Signals): void
}

export interface ServerOptions {
  readonly settings?: readonly string[]
  /** Starts as a standby that never becomes a primary. */
  readonly standby?: boolean
}

/** Starts a real server on a free loopback port, with its data in a new directory. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const place = makePlace()
  const words = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
  runProgram(place, 'initdb', ['-D', place.cluster, ...words])
  if (options.standby) writeFileSync(join(place.cluster, 'standby.signal'), '')
  return launchServer(place, options.settings ?? [])
}

/** Starts a server that copies what the primary has and goes on following it. */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  const place = makePlace()
  const words = ['--write-recovery-conf', '--checkpoint=fast', '--no-sync']
  runProgram(place, 'pg_basebackup', ['-D', place.cluster, '-d', primary.url, ...words])
  return launchServer(place, [])
}

/** Makes a standby the primary of a timeline of its own; the old primary is not told. */
export async function promote(standby: PostgresServer): Promise<void> {
  await execute(standby.url, 'select pg_promote(true)')
}

/** Where a server's programs and data are, and who runs it. */
interface Place {
  readonly programs: string
  readonly user: ReturnType<typeof serverUser>
  readonly directory: string
  readonly cluster: string
}

function makePlace(): Place {
  const programs = findPostgres()
  const user = serverUser()
  const directory = mkdtempSync(join(tmpdir(), 'postern-postgres-'))
  if (user) chownSync(directory, user.uid, user.gid)
  return { programs, user, directory, cluster: join(directory, 'cluster') }
}

function runProgram({ programs, user, directory }: Place, name: string, words: string[]): void {
  execFileSync(join(programs, name), words, { ...user, cwd: directory, stdio: 'pipe' })
}

async function launchServer(
  { programs, user, directory, cluster }: Place,
  settings: readonly string[],
): Promise<PostgresServer> {
  const port = await freePort()
  const words = ['-D', cluster, '-h', '127.0.0.1', '-p', String(port)]
  for (const setting of ['unix_socket_directories=', ...settings]) words.push('-c', setting)
  const launch = () =>
    spawn(join(programs, 'postgres'), words, {
      ...user,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  let child: ChildProcess = launch()
  const killAtExit = () => child.kill('SIGQUIT')
  process.once('exit', killAtExit)
  await ready(child)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    url,
    stop: async () => {
      process.off('exit', killAtExit)
      await stop(child)
      rmSync(directory, { recursive: true, force: true })
    },
    crash: () => crash(child, url),
    restart: async () => {
      child = await untilReady(launch)
    },
    signal: (signal) => signalAll(child, signal),
  }
}

/** A new, empty database of its own for each caller. */
export async function createDatabase(serverUrl: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Runs one statement on a connection of its own. */
export async function execute(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(statement)
    return rows
  } finally {
    await client.end()
  }
}

/** PostgreSQL says when it is ready; what it says goes on being read, lest it block. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000)
      if (/ready to accept (read-only )?connections/.test(log)) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
}

const restartsMax = 50

/** Tries again while processes of the crashed server still hold on to its memory. */
async function untilReady(launch: () => ChildProcess): Promise<ChildProcess> {
  for (let tries = 1; ; tries++) {
    const child = launch()
    try {
      await ready(child)
      return child
    } catch (error) {
      if (tries === restartsMax) throw error
    }
  }
}

/** The first process goes first: it would take the death of another as a reason to recover. */
async function crash(child: ChildProcess, url: string): Promise<void> {
  const rows = (await execute(url, 'select pid from pg_stat_activity')) as { pid: number }[]
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  for (const { pid } of rows) signalIfAlive(pid, 'SIGKILL')
  await exited
}

/** The first process goes first: it begets the others. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): void {
  child.kill(signal)
  const children = attempt('pgrep', ['-P', String(child.pid)]) ?? ''
  for (const pid of children.split(/\s+/).filter((word) => word !== '')) {
    signalIfAlive(Number(pid), signal)
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** SIGINT: without waiting for those who are connected. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  await exited
}
