import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findPostgres, serverUser } from './postgres.js'

export interface PostgresServer {
  /** Of the server's maintenance database, as superuser. */
  readonly url: string
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly settings?: readonly string[]
  /** Starts as a standby that never becomes a primary. */
  readonly standby?: boolean
}

/** Starts a real server on a free loopback port, with its data in a new directory. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const programs = findPostgres()
  const user = serverUser()
  const directory = mkdtempSync(join(tmpdir(), 'postern-postgres-'))
  if (user) chownSync(directory, user.uid, user.gid)
  const cluster = join(directory, 'cluster')
  const initdb = ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale']
  execFileSync(join(programs, 'initdb'), [...initdb, '--no-sync'], {
    ...user,
    cwd: directory,
    stdio: 'pipe',
  })
  if (options.standby) writeFileSync(join(cluster, 'standby.signal'), '')
  const port = await freePort()
  const settings = ['unix_socket_directories=', ...(options.settings ?? [])]
  const words = ['-D', cluster, '-h', '127.0.0.1', '-p', String(port)]
  for (const setting of settings) words.push('-c', setting)
  const child = spawn(join(programs, 'postgres'), words, {
    ...user,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const killAtExit = () => child.kill('SIGQUIT')
  process.once('exit', killAtExit)
  await ready(child)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      process.off('exit', killAtExit)
      await stop(child)
      rmSync(directory, { recursive: true, force: true })
    },
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
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

/** SIGINT: without waiting for those who are connected. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  await exited
}
