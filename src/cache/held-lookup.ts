import type { ApiKeyCredential } from '../domain/api-key.js'
import { type AuthorizationView, createAuthorizationView } from '../domain/authorization-view.js'
import type { OrganizationId, ProjectId } from '../domain/ids.js'
import type { CompiledPolicy } from '../domain/policy.js'
import type { Principal, PrincipalRef } from '../domain/principal.js'
import {
  EntitiesMissing,
  type EntityLookup,
  type EntityValue,
  type EntityWant,
} from '../service/entities.js'

/** What somebody holds of the entities; `undefined`: not held, as opposed to held as absent. */
export type HeldEntity = { readonly value: EntityValue } | undefined

/** A look-up over whatever `find` holds; what it does not hold is thrown as missing. */
export class HeldLookup implements Omit<EntityLookup, 'findDecider' | 'findPrincipalDecider'> {
  readonly #find: (want: EntityWant) => HeldEntity

  constructor(find: (want: EntityWant) => HeldEntity) {
    this.#find = find
  }

  // Each kind of want is answered with values of its kind alone: `loadEntity` sees to it.

  findCredential(secretHash: string): ApiKeyCredential | undefined {
    return this.#get({ kind: 'credential', secretHash }) as ApiKeyCredential | undefined
  }

  findPrincipal(ref: PrincipalRef): Principal | undefined {
    return this.#get({ kind: 'principal', ref }) as Principal | undefined
  }

  findProjectOrganization(id: ProjectId): OrganizationId | undefined {
    return this.#get({ kind: 'project', id }) as OrganizationId | undefined
  }

  viewOf({ ref, groupIds }: Principal): AuthorizationView {
    const missing: EntityWant[] = []
    const policies: CompiledPolicy[] = []
    for (const holderId of [ref.id, ...groupIds]) {
      const want: EntityWant = { kind: 'bindings', holderId }
      const held = this.#find(want)
      if (held) policies.push(...((held.value ?? []) as readonly CompiledPolicy[]))
      else missing.push(want)
    }
    // All of them at once: one round of loading instead of one for each group.
    if (missing.length > 0) throw new EntitiesMissing(missing)
    return createAuthorizationView(policies)
  }

  #get(want: EntityWant): EntityValue {
    const held = this.#find(want)
    if (!held) throw new EntitiesMissing([want])
    return held.value
  }
}
