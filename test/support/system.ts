import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSystem } from '../../src/compose.js'
import { parseConfig } from '../../src/config.js'
import type { Founded } from '../../src/service/found-organization.js'
import { createLog } from '../../src/telemetry/log.js'
import { type Api, connect } from './api.js'

/** A whole server in this process, on a store and a port of its own, with a clock to turn. */
export interface TestSystem {
  readonly address: string
  readonly founded: Founded
  /** Calls as the owner of the first organization. */
  readonly owner: Api
  as(secret: string, sent?: Readonly<Record<string, string>>): Api
  /** Milliseconds since the epoch; what the server takes for now. */
  readonly clock: { nowMs: number }
  close(): Promise<void>
}

export async function startSystem(env: Record<string, string> = {}): Promise<TestSystem> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-test-'))
  const config = parseConfig({
    POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
    POSTERN_LISTEN: '127.0.0.1:0',
    POSTERN_OWNER_EMAIL: 'owner@acme.example',
    POSTERN_ORGANIZATION_NAME: 'Acme',
    POSTERN_PEPPER: 'a pepper that only tests ever use',
    POSTERN_LOG_LEVEL: 'error',
    ...env,
  })
  const clock = { nowMs: Date.parse('2026-06-15T10:00:00Z') }
  const system = await openSystem(config, createLog(config.logLevel), { now: () => clock.nowMs })
  if (!system.founded) throw new Error('the store was not empty')
  const connection = connect(system.address)
  return {
    address: system.address,
    founded: system.founded,
    owner: connection.as(system.founded.ownerKey.secret),
    as: connection.as,
    clock,
    async close() {
      connection.close()
      await system.close()
      rmSync(directory, { recursive: true })
    },
  }
}
