import type { Kysely } from 'kysely'
import { storing } from './errors.js'
import type { Schema } from './schema.js'

/**
 * Takes the id for a user, application or group, for good. Throws `already-exists` when anything of
 * these kinds, in any organization, has or had it: policies are found by the ids of their holders.
 */
export async function takeHolderId(
  db: Kysely<Schema>,
  holder: { readonly noun: string; readonly id: string },
): Promise<void> {
  const { id } = holder
  await storing(holder, () => db.insertInto('holders').values({ id }).execute())
}
