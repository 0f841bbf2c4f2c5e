import { type Kysely, sql } from 'kysely'
import type { OrganizationId } from '../../domain/ids.js'
import type { QuotaNoun } from '../../domain/quota.js'
import type { Census } from '../../service/ports/organizations.js'
import type { Schema } from './schema.js'

export class SqlCensus implements Census {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async count(of: OrganizationId, noun: QuotaNoun): Promise<number> {
    const listed = noun === 'groups' ? sql`and kind = 'regular'` : sql``
    const counted = await sql<{ total: number | string }>`
      select count(*) as total from ${sql.table(noun)}
      where organization_id = ${of} ${listed}`.execute(this.#db)
    return Number(counted.rows[0]?.total ?? 0)
  }
}
