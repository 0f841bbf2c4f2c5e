import type { Kysely } from 'kysely'
import type { AccountId } from '../../domain/ids.js'
import type { Account, User } from '../../domain/user.js'
import type { AccountWriter } from '../../service/ports/users.js'
import { storing } from './errors.js'
import type { Schema } from './schema.js'
import { toUser } from './user-row.js'

export class AccountStore implements AccountWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const query = this.#db.selectFrom('accounts').select(['id', 'email'])
    const row = await query.where('email', '=', email).executeTakeFirst()
    return row && { id: row.id as AccountId, email: row.email }
  }

  async findHome(id: AccountId): Promise<User | undefined> {
    const query = this.#db.selectFrom('users').selectAll()
    const home = query.where('account_id', '=', id).where('type', '<>', 'guest')
    const row = await home.executeTakeFirst()
    return row && toUser(row)
  }

  async insert(account: Account & { readonly createdAtMs: number }): Promise<void> {
    const { id, email, createdAtMs } = account
    const row = { id, email, created_at_ms: createdAtMs }
    const query = this.#db.insertInto('accounts').values(row)
    await storing({ noun: 'account', id }, () => query.execute())
  }
}
