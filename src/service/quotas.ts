import { quotaExceeded } from '../domain/errors.js'
import type { Group } from '../domain/group.js'
import type { OrganizationId } from '../domain/ids.js'
import { type QuotaExcess, type QuotaNoun, type Quotas, quotaNouns } from '../domain/quota.js'
import type { SecretHash } from './ports/api-keys.js'
import type { Store, WriteTransaction } from './ports/store.js'
import { Rollback } from './rollback.js'

/**
 * A store that commits nothing by which an organization comes to have more than it may. What a
 * transaction made is counted when its work is done, under the lock that it holds on the
 * organization: writers at the same time never exceed a quota together, an import may make room for
 * what it makes, and no way of making a thing can forget to ask.
 */
export function withQuotas(store: Store, quotas: Quotas): Pick<Store, 'read' | 'write'> {
  if (Object.keys(quotas).length === 0) return store
  return {
    read: (work) => store.read(work),
    write: (work) =>
      store.write(async (tx) => {
        const made = new Made()
        try {
          const value = await work(noting(tx, made))
          await made.requireRoom(tx, quotas)
          return value
        } catch (error) {
          // What a dry run says would happen is what would.
          if (error instanceof Rollback) await made.requireRoom(tx, quotas)
          throw error
        }
      }),
  }
}

/** How many things of each noun one transaction made in each organization. */
class Made {
  readonly #counts = new Map<QuotaNoun, Map<OrganizationId, number>>()

  note(noun: QuotaNoun, of: OrganizationId): void {
    const counts = this.#counts.get(noun) ?? new Map<OrganizationId, number>()
    this.#counts.set(noun, counts.set(of, (counts.get(of) ?? 0) + 1))
  }

  /** Throws `quota-exceeded` that names every quota which there is no room in. */
  async requireRoom(tx: WriteTransaction, quotas: Quotas): Promise<void> {
    const excesses: QuotaExcess[] = []
    for (const noun of quotaNouns) {
      const quota = quotas[noun]
      if (quota === undefined) continue
      for (const [organizationId, requested] of this.#counts.get(noun) ?? []) {
        // One after another: a transaction has one connection.
        const current = (await tx.census.count(organizationId, noun)) - requested
        if (current + requested <= quota) continue
        excesses.push({ noun, organizationId, quota, current, requested })
      }
    }
    const [first, ...rest] = excesses
    if (first) throw quotaExceeded([first, ...rest])
  }
}

interface Thing {
  readonly organizationId: OrganizationId
}

function noting(tx: WriteTransaction, made: Made): WriteTransaction {
  const as = (noun: QuotaNoun) => (thing: Thing) => made.note(noun, thing.organizationId)
  const asGroup = (group: Group) => {
    if (group.kind === 'regular') made.note('groups', group.organizationId)
  }
  return {
    ...tx,
    users: onInsert(tx.users, as('users')),
    applications: onInsert(tx.applications, as('applications')),
    groups: onInsert(tx.groups, asGroup),
    policies: onInsert(tx.policies, as('policies')),
    apiKeys: onInsert(tx.apiKeys, as('api_keys')),
    projects: onInsert(tx.projects, as('projects')),
  }
}

interface Inserting<T> {
  /** Keys are inserted with a secret. */
  insert(thing: T, secret: SecretHash): Promise<void>
}

/** The same writer, but for telling of what it inserts. */
function onInsert<T, Writer extends Inserting<T>>(writer: Writer, note: (thing: T) => void) {
  const insert: Inserting<T>['insert'] = async (thing, secret) => {
    await writer.insert(thing, secret)
    note(thing)
  }
  return new Proxy(writer, {
    get(target, name) {
      if (name === 'insert') return insert
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
