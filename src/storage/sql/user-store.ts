import type { Kysely } from 'kysely'
import type { OrganizationId, UserId } from '../../domain/ids.js'
import type { User } from '../../domain/user.js'
import type { PageRequest } from '../../service/ports/paging.js'
import type { UserFilter, UserWriter } from '../../service/ports/users.js'
import { deleting, storing } from './errors.js'
import { takeHolderId } from './holder.js'
import { after } from './page.js'
import type { Schema } from './schema.js'
import { toUser, toUserRow } from './user-row.js'

export class UserStore implements UserWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(id: UserId): Promise<User | undefined> {
    const row = await this.#all().where('id', '=', id).executeTakeFirst()
    return row && toUser(row)
  }

  async findByEmail(organizationId: OrganizationId, email: string): Promise<User | undefined> {
    const query = this.#all().where('organization_id', '=', organizationId)
    const row = await query.where('email', '=', email).executeTakeFirst()
    return row && toUser(row)
  }

  async findOwner(organizationId: OrganizationId): Promise<User | undefined> {
    const query = this.#all().where('organization_id', '=', organizationId)
    const row = await query.where('type', '=', 'owner').executeTakeFirst()
    return row && toUser(row)
  }

  async list(
    organizationId: OrganizationId,
    { ids, email, externalId, type }: UserFilter,
    page: PageRequest,
  ): Promise<readonly User[]> {
    if (ids?.length === 0) return []
    const rows = await this.#page(page)
      .where('organization_id', '=', organizationId)
      .$if(ids !== undefined, (query) => query.where('id', 'in', ids ?? []))
      .$if(email !== undefined, (query) => query.where('email', '=', email ?? ''))
      .$if(externalId !== undefined, (query) => query.where('external_id', '=', externalId ?? ''))
      .$if(type !== undefined, (query) => query.where('type', '=', type ?? 'owner'))
      .execute()
    return rows.map(toUser)
  }

  async listInvitations(email: string, page: PageRequest): Promise<readonly User[]> {
    const query = this.#page(page).where('email', '=', email).where('status', '=', 'pending')
    return (await query.execute()).map(toUser)
  }

  async insert(user: User): Promise<void> {
    await takeHolderId(this.#db, { noun: 'user', id: user.id })
    const query = this.#db.insertInto('users').values(toUserRow(user))
    await storing({ noun: 'user', id: user.id }, () => query.execute())
  }

  async update(user: User): Promise<void> {
    const { id, ...row } = toUserRow(user)
    const query = this.#db.updateTable('users').set(row).where('id', '=', id)
    await storing({ noun: 'user', id }, () => query.execute())
  }

  async delete(id: UserId): Promise<void> {
    const query = this.#db.deleteFrom('users').where('id', '=', id)
    await deleting({ noun: 'user', id }, () => query.execute())
  }

  #all() {
    return this.#db.selectFrom('users').selectAll()
  }

  #page(page: PageRequest) {
    return this.#all().where(after(page)).orderBy('created_at_ms').orderBy('id').limit(page.size)
  }
}
