import { afterAll, beforeAll, describe, inject } from 'vitest'
import { createDatabase } from './postgres-server.js'
import { startSystem, type TestSystem } from './system.js'

/** States the same guarantees of a server on the embedded store and of one on PostgreSQL. */
export function onBothStores(
  title: string,
  state: (system: () => TestSystem) => void,
  env: Readonly<Record<string, string>> = {},
): void {
  for (const store of ['SQLite', 'PostgreSQL']) {
    describe(`${title}, on ${store}`, () => {
      let system: TestSystem | undefined
      beforeAll(async () => {
        system = await startSystem({ ...env, ...(await databaseOf(store)) })
      })
      afterAll(() => system?.close())
      state(() => {
        if (!system) throw new Error('the server did not start')
        return system
      })
    })
  }
}

async function databaseOf(store: string): Promise<Record<string, string>> {
  if (store === 'SQLite') return {}
  return { POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')) }
}
