import type { Kysely } from 'kysely'
import type { OrganizationId } from '../../domain/ids.js'
import type { Reply, ReplyStore } from '../../service/ports/replies.js'
import type { IdempotencyRow, Schema } from './schema.js'

export class SqlReplyStore implements ReplyStore {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(actor: string, keyHash: string): Promise<Reply | undefined> {
    const row = await this.#db
      .selectFrom('idempotency')
      .selectAll()
      .where('actor', '=', actor)
      .where('key_hash', '=', keyHash)
      .executeTakeFirst()
    return row && toReply(row)
  }

  async put(reply: Reply): Promise<void> {
    const kept = {
      organization_id: reply.organizationId,
      request_hash: reply.requestHash,
      response: reply.response,
      created_at_ms: reply.createdAtMs,
      replays: 0,
    }
    await this.#db
      .insertInto('idempotency')
      .values({ actor: reply.actor, key_hash: reply.keyHash, ...kept })
      .onConflict((conflict) => conflict.columns(['actor', 'key_hash']).doUpdateSet(kept))
      .execute()
  }

  async count({ actor, keyHash }: Reply): Promise<void> {
    await this.#db
      .updateTable('idempotency')
      .set((eb) => ({ replays: eb('replays', '+', 1) }))
      .where('actor', '=', actor)
      .where('key_hash', '=', keyHash)
      .execute()
  }
}

function toReply(row: IdempotencyRow): Reply {
  return {
    actor: row.actor,
    keyHash: row.key_hash,
    organizationId: row.organization_id as OrganizationId,
    requestHash: row.request_hash,
    response: row.response,
    createdAtMs: row.created_at_ms,
  }
}
