import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSystem, type System } from '../../src/compose.js'
import { parseConfig } from '../../src/config.js'
import type { Founded } from '../../src/service/found-organization.js'
import { createLog } from '../../src/telemetry/log.js'
import { type Api, connect } from './api.js'

type Settings = Readonly<Record<string, string>>

/** A whole server in this process, on a store and a port of its own, with a clock to turn. */
export interface TestSystem {
  readonly address: string
  readonly founded: Founded
  /** Calls as the owner of the first organization. */
  readonly owner: Api
  as(secret: string, sent?: Readonly<Record<string, string>>): Api
  readonly system: System
  /** What it logged, from warnings on: a line of JSON each. */
  readonly logged: readonly string[]
  /** Milliseconds since the epoch; what the server takes for now. */
  readonly clock: { nowMs: number }
  close(): Promise<void>
}

/** The first server of a store, which makes the organization. */
export async function startSystem(env: Settings = {}): Promise<TestSystem> {
  const clock = { nowMs: Date.parse('2026-06-15T10:00:00Z') }
  const member = await startMember(env, clock)
  const { founded } = member.system
  if (!founded) throw new Error('the store was not empty')
  return { ...member, founded, clock, owner: member.as(founded.ownerKey.secret) }
}

/** Another server of the same store. */
export async function startReplica(of: TestSystem, env: Settings): Promise<TestSystem> {
  const { founded, clock } = of
  const member = await startMember(env, clock)
  return { ...member, founded, clock, owner: member.as(founded.ownerKey.secret) }
}

async function startMember(env: Settings, clock: { nowMs: number }) {
  const directory = mkdtempSync(join(tmpdir(), 'postern-test-'))
  const config = parseConfig({
    POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
    POSTERN_LISTEN: '127.0.0.1:0',
    POSTERN_HTTP_LISTEN: 'off',
    // A machine that runs tests is a busy one.
    POSTERN_LOAD_TIMEOUT: '10s',
    POSTERN_REDIS_TIMEOUT: '1s',
    POSTERN_OWNER_EMAIL: 'owner@acme.example',
    POSTERN_ORGANIZATION_NAME: 'Acme',
    POSTERN_PEPPER: 'a pepper that only tests ever use',
    POSTERN_LOG_LEVEL: 'warn',
    ...env,
  })
  const logged: string[] = []
  const log = createLog(config.logLevel, { write: (line) => logged.push(line) })
  const system = await openSystem(config, log, { now: () => clock.nowMs })
  const connection = connect(system.address)
  return {
    address: system.address,
    system,
    logged,
    as: connection.as,
    async close() {
      connection.close()
      await system.close()
      rmSync(directory, { recursive: true })
    },
  }
}
