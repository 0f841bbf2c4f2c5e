import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtinPermissionSets, findBuiltinPermissionSet } from '../../src/catalog/builtin.js'
import { compileCondition } from '../../src/domain/condition/compile.js'
import { rememberConditions } from '../../src/domain/condition/remember.js'
import type { OrganizationDocument } from '../../src/domain/document.js'
import type { OrganizationId, ProjectId } from '../../src/domain/ids.js'
import type { PrincipalRef } from '../../src/domain/principal.js'
import type { BearerName, OrganizationPlan } from '../../src/domain/world/plan.js'
import type { ReadAct, Tools, WriteAct } from '../../src/service/act.js'
import {
  type Administration,
  createAdministration,
  type Session,
} from '../../src/service/administration.js'
import { importOrganization } from '../../src/service/document/import.js'
import { foundedEntities, foundOrganization } from '../../src/service/found-organization.js'
import type { Store } from '../../src/service/ports/store.js'
import { createReplySeal } from '../../src/service/reply-seal.js'
import { createRetries } from '../../src/service/retry.js'
import { createSecretHash } from '../../src/service/secret-hash.js'
import { openSqliteStore } from '../../src/storage/sql/sqlite.js'

const pepper = 'a pepper that only tests ever use'

export const testTools: Tools = {
  newId: randomUUID,
  randomBytes: (count) => randomBytes(count),
  hashSecret: createSecretHash(pepper),
  compileCondition: rememberConditions(compileCondition),
  findBuiltin: findBuiltinPermissionSet,
  builtinPermissionSets,
  monotonicMs: () => performance.now(),
  nextTurn: () => new Promise((resolve) => void setImmediate(resolve)),
}

/** Use cases on an embedded store of their own, without a server. */
export class StoredWorlds {
  readonly #store: Store
  readonly #directory: string
  readonly administration: Administration
  readonly clock = { nowMs: 1_000 }
  #count = 0

  private constructor(store: Store, directory: string) {
    this.#store = store
    this.#directory = directory
    const retries = createRetries(createReplySeal({ pepper, ...testTools }))
    const now = () => this.clock.nowMs
    this.administration = createAdministration({ store, tools: testTools, retries, now })
  }

  static async open(): Promise<StoredWorlds> {
    const directory = mkdtempSync(join(tmpdir(), 'postern-worlds-'))
    const deps = { ...testTools, now: () => 1_000 }
    const store = await openSqliteStore({ path: join(directory, 'postern.db'), ...deps })
    return new StoredWorlds(store, directory)
  }

  async close(): Promise<void> {
    await this.#store.close()
    rmSync(this.#directory, { recursive: true })
  }

  /** Founds the organization and imports its document; e-mail addresses get a domain of their own. */
  async found(plan: OrganizationPlan): Promise<StoredOrganization> {
    const domain = `w${++this.#count}.example`
    const founding = { name: plan.name, ownerEmail: `owner@${domain}`, root: false }
    const { value: founded } = await this.#store.write(async (tx) => {
      const made = await foundOrganization(
        { tx, tools: testTools, nowMs: this.clock.nowMs },
        founding,
      )
      const audit = { atMs: this.clock.nowMs, ip: '', userAgent: '', action: 'test' }
      tx.record({
        organizationId: made.organization.id,
        entities: foundedEntities(made),
        audit: { ...audit, resourceType: 'organization', resourceId: made.organization.id },
      })
      return made
    })
    const secret = founded.ownerKey.secret
    const text = JSON.stringify(plan.document).replaceAll('x.example', domain)
    const document: OrganizationDocument = { name: plan.name, ...JSON.parse(text) }
    const stored = new StoredOrganization(this.administration, {
      id: founded.organization.id,
      secret,
      domain,
    })
    await stored.write((act) =>
      importOrganization(act, { organizationId: '', document, prune: false }),
    )
    await stored.learn()
    return stored
  }
}

/** One organization, and what its owner's key can see and do. */
export class StoredOrganization {
  readonly id: OrganizationId
  readonly #administration: Administration
  /** Of the owner. */
  readonly session: Session
  readonly #domain: string
  readonly #projects = new Map<string, ProjectId>()
  readonly #principals = new Map<string, PrincipalRef>()

  constructor(
    administration: Administration,
    made: { readonly id: OrganizationId; readonly secret: string; readonly domain: string },
  ) {
    this.id = made.id
    this.#administration = administration
    this.session = { secret: made.secret, ip: '', userAgent: '' }
    this.#domain = made.domain
  }

  async read<T>(work: (act: ReadAct) => Promise<T>): Promise<T> {
    return (await this.#administration.read(this.session, work)).value
  }

  async write<T>(work: (act: WriteAct) => Promise<T>): Promise<T> {
    return (await this.#administration.write(this.session, work)).value
  }

  findProjectId(name: string): ProjectId | undefined {
    return this.#projects.get(name)
  }

  findPrincipal({ type, name }: BearerName): PrincipalRef | undefined {
    const local = name.toLowerCase().replace('x.example', this.#domain)
    return this.#principals.get(`${type} ${local}`)
  }

  get principals(): readonly PrincipalRef[] {
    return [...this.#principals.values()]
  }

  /** Reads which id each name got. */
  async learn(): Promise<void> {
    const page = { size: 100 }
    await this.read(async ({ tx }) => {
      for (const { id, name } of await tx.projects.list(this.id, page)) this.#projects.set(name, id)
      for (const { id, email } of await tx.users.list(this.id, {}, page)) {
        this.#principals.set(`user ${email}`, { type: 'user', id })
      }
      for (const { id, name } of await tx.applications.list(this.id, {}, page)) {
        this.#principals.set(`application ${name}`, { type: 'application', id })
      }
    })
  }
}
