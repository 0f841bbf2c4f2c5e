import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NodeContender, pin, startContender } from './contender.js'
import { serverCore } from './pinned.js'

/** Postern on a store of its own, on the servers' core, while `work` asks it. */
export async function withPostern<T>(
  work: (postern: NodeContender) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const postern = await startContender('postern', {
    POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
    ...env,
  })
  try {
    pin(postern, serverCore)
    return await work(postern)
  } finally {
    await postern.stop()
    rmSync(directory, { recursive: true })
  }
}
