import type { ApiKeyCredential } from '../domain/api-key.js'
import type { AuthorizationView } from '../domain/authorization-view.js'
import { Decider } from '../domain/evaluate.js'
import type { ApplicationId, OrganizationId, ProjectId, UserId } from '../domain/ids.js'
import type { Principal, PrincipalRef } from '../domain/principal.js'
import type { EntityLookup, EntityWant } from '../service/entities.js'
import type { CachedEntity } from './entity-cache.js'
import { HeldLookup } from './held-lookup.js'
import { type Gathered, HeldMemo } from './held-memo.js'
import { ViewMemo } from './view-memo.js'

export interface MemoryLookupDeps {
  /** The most entries that memory has. */
  readonly entriesMax: number
  /** What memory holds of the want now; `undefined`: it has to be loaded. */
  find(want: EntityWant): CachedEntity | undefined
}

interface HeldKey {
  readonly key?: ApiKeyCredential
  readonly credential?: CachedEntity | undefined
}

/**
 * Looks up in memory, and remembers what was made of it: views, who decides, whose a project is. All
 * of that is as good as the entries behind it, which memory must still hold.
 */
export class MemoryLookup implements EntityLookup {
  readonly #find: (want: EntityWant) => CachedEntity | undefined
  readonly #held: HeldLookup
  readonly #views: ViewMemo
  readonly #deciders = new HeldMemo((secretHash: string) => this.#gatherDecider(secretHash))
  readonly #principalDeciders = {
    user: new HeldMemo((id: UserId) => this.#gatherPrincipalDecider({ type: 'user', id })),
    application: new HeldMemo((id: ApplicationId) =>
      this.#gatherPrincipalDecider({ type: 'application', id }),
    ),
  }
  readonly #projects = new HeldMemo((id: ProjectId) => this.#gatherProject(id))
  /** Another number whenever memory may hold something else than before. */
  #version = 0

  constructor({ entriesMax, find }: MemoryLookupDeps) {
    this.#find = find
    this.#held = new HeldLookup(find)
    this.#views = new ViewMemo(entriesMax)
  }

  /** Memory may hold something else than before. */
  changed(): void {
    this.#version += 1
  }

  /** Nothing that was held can be judged any more. */
  reset(): void {
    this.#views.clear()
    this.#deciders.clear()
    this.#principalDeciders.user.clear()
    this.#principalDeciders.application.clear()
    this.#projects.clear()
    this.changed()
  }

  findCredential(secretHash: string): ApiKeyCredential | undefined {
    return this.#held.findCredential(secretHash)
  }

  findPrincipal(ref: PrincipalRef): Principal | undefined {
    return this.#held.findPrincipal(ref)
  }

  findProjectOrganization(id: ProjectId): OrganizationId | undefined {
    return this.#projects.find(id, this.#version)
  }

  viewOf(principal: Principal): AuthorizationView {
    return this.#viewOf(principal, this.#bindingsOf(principal))
  }

  findDecider(secretHash: string): Decider | undefined {
    return this.#deciders.find(secretHash, this.#version)
  }

  findPrincipalDecider(ref: PrincipalRef): Decider | undefined {
    const { user, application } = this.#principalDeciders
    return ref.type === 'user'
      ? user.find(ref.id, this.#version)
      : application.find(ref.id, this.#version)
  }

  /** All that a decision about a key is made from; `undefined`: there is no such key. */
  #gatherDecider(secretHash: string): Gathered<Decider> | undefined {
    const key = this.#held.findCredential(secretHash)
    const principal = key && this.#held.findPrincipal(key.bearer)
    if (!principal) return undefined
    const credential = this.#find({ kind: 'credential', secretHash })
    return this.#gatherFor(principal, { key, credential })
  }

  #gatherPrincipalDecider(ref: PrincipalRef): Gathered<Decider> | undefined {
    const principal = this.#held.findPrincipal(ref)
    return principal?.ref.type === ref.type ? this.#gatherFor(principal) : undefined
  }

  /** With a key, or without one. */
  #gatherFor(principal: Principal, { key, credential }: HeldKey = {}): Gathered<Decider> {
    const bindings = this.#bindingsOf(principal)
    const view = this.#viewOf(principal, bindings)
    const named = [credential, this.#find({ kind: 'principal', ref: principal.ref }), ...bindings]
    const parts = named.filter((part) => part !== undefined)
    return { parts, make: () => new Decider({ ...(key && { key }), principal, view }) }
  }

  #gatherProject(id: ProjectId): Gathered<OrganizationId> | undefined {
    const organizationId = this.#held.findProjectOrganization(id)
    const part = this.#find({ kind: 'project', id })
    return organizationId && part && { parts: [part], make: () => organizationId }
  }

  #bindingsOf({ ref, groupIds }: Principal): (CachedEntity | undefined)[] {
    return [ref.id, ...groupIds].map((holderId) => this.#find({ kind: 'bindings', holderId }))
  }

  #viewOf(principal: Principal, entries: readonly (CachedEntity | undefined)[]): AuthorizationView {
    return this.#views.get(principal, entries, () => this.#held.viewOf(principal))
  }
}
