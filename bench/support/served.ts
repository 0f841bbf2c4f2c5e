import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '../../test/support/postgres-server.js'
import { type Settings, startServer } from '../../test/support/server-process.js'
import { cpuUsOfTree } from './cpu.js'
import { type Backends, pepper } from './replicas.js'

/** A built server, and the workers that it may have. */
export interface Served {
  readonly address: string
  readonly secret: string
  readonly pid: number
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

/** `postern serve` on a database of its own. */
export async function startServed(backends: Backends, settings: Settings): Promise<Served> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const keyFile = join(directory, 'owner.key')
  const server = await startServer({
    POSTERN_DATABASE_URL: await createDatabase(backends.postgres.url),
    POSTERN_PEPPER: pepper,
    POSTERN_OWNER_KEY_FILE: keyFile,
    ...settings,
  })
  return {
    address: server.address,
    secret: readFileSync(keyFile, 'utf8').trim(),
    pid: server.pid,
    cpuUs: async () => cpuUsOfTree(server.pid),
    async stop() {
      await server.kill('SIGTERM')
      rmSync(directory, { recursive: true })
    },
  }
}
