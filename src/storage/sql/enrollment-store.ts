import type { Kysely } from 'kysely'
import type { UserId } from '../../domain/ids.js'
import type { Enrollment, EnrollmentStore } from '../../service/ports/enrollments.js'
import { storing } from './errors.js'
import type { Schema } from './schema.js'

export class SqlEnrollmentStore implements EnrollmentStore {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(hash: string): Promise<Enrollment | undefined> {
    const row = await this.#db
      .selectFrom('enrollments')
      .selectAll()
      .where('hash', '=', hash)
      .executeTakeFirst()
    return row && { userId: row.user_id as UserId, hash: row.hash, expiresAtMs: row.expires_at_ms }
  }

  async replace({ userId, hash, expiresAtMs }: Enrollment): Promise<void> {
    await this.delete(userId)
    const row = { user_id: userId, hash, expires_at_ms: expiresAtMs }
    await storing({ noun: 'user', id: userId }, () =>
      this.#db.insertInto('enrollments').values(row).execute(),
    )
  }

  async delete(userId: UserId): Promise<void> {
    await this.#db.deleteFrom('enrollments').where('user_id', '=', userId).execute()
  }
}
