import type { Kysely } from 'kysely'
import type { Trimmed, TrimRequest } from '../../service/ports/upkeep.js'
import type { Schema } from './schema.js'

/** Must run in one transaction. */
export async function trim(db: Kysely<Schema>, request: TrimRequest): Promise<Trimmed> {
  return { changes: await trimChanges(db, request), replies: await trimReplies(db, request) }
}

/**
 * From the oldest row to the first that must stay: clocks of servers differ, and a row taken out
 * of the middle would look like a lost one to every reader. The newest row stays whatever its age,
 * since readers find by it that they are up to date.
 */
async function trimChanges(
  db: Kysely<Schema>,
  { changesBeforeMs, rowsMax }: TrimRequest,
): Promise<number> {
  const oldest = await db
    .selectFrom('change_log')
    .select(['rev', 'at_ms'])
    .where('rev', '<', (eb) => eb.selectFrom('store_head').select('rev').where('one', '=', 1))
    .orderBy('rev')
    .limit(rowsMax)
    .execute()
  const young = oldest.findIndex((row) => row.at_ms >= changesBeforeMs)
  const old = young < 0 ? oldest : oldest.slice(0, young)
  const last = old.at(-1)
  if (last) await db.deleteFrom('change_log').where('rev', '<=', last.rev).execute()
  return old.length
}

async function trimReplies(
  db: Kysely<Schema>,
  { repliesBeforeMs, rowsMax }: TrimRequest,
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency')
    .where((eb) =>
      eb(
        eb.refTuple('actor', 'key_hash'),
        'in',
        eb
          .selectFrom('idempotency')
          .select(['actor', 'key_hash'])
          .where('created_at_ms', '<', repliesBeforeMs)
          .orderBy('created_at_ms')
          .limit(rowsMax)
          .$asTuple('actor', 'key_hash'),
      ),
    )
    // Somebody may use the same key anew while this waits.
    .where('created_at_ms', '<', repliesBeforeMs)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
