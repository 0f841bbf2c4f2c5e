import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import { type NamedSet, policyUnreadable, readPolicyStrings } from './rule-rows.js'

/**
 * The permissions of the sets that rules name, each list made once: a set can have a hundred, and
 * thousands of rules can name it. Good for what was read from one snapshot.
 */
export class PermissionLists {
  readonly #findBuiltin: FindBuiltinPermissionSet
  readonly #bySet = new Map<string, readonly string[]>()
  readonly #joined = new Map<string, readonly string[]>()

  constructor(findBuiltin: FindBuiltinPermissionSet) {
    this.#findBuiltin = findBuiltin
  }

  /** The union; throws `unavailable` when one of the sets cannot be read. */
  of(sets: readonly NamedSet[]): readonly string[] {
    const [only] = sets
    if (only && sets.length === 1) return this.#permissionsOf(only)
    const key = sets.map(keyOf).join('\n')
    const known = this.#joined.get(key)
    if (known) return known
    const joined = [...new Set(sets.flatMap((set) => this.#permissionsOf(set)))]
    this.#joined.set(key, joined)
    return joined
  }

  #permissionsOf(set: NamedSet): readonly string[] {
    const key = keyOf(set)
    const known = this.#bySet.get(key)
    if (known) return known
    const permissions = this.#read(set)
    this.#bySet.set(key, permissions)
    return permissions
  }

  #read(set: NamedSet): readonly string[] {
    if (set.kind === 'own') {
      return [...new Set(readPolicyStrings('permission_set.permissions', set.permissions))]
    }
    const builtin = this.#findBuiltin(set.name)
    if (builtin) return builtin.permissions
    throw policyUnreadable(`the permission set \`${set.name}\` is not built in any more`)
  }
}

function keyOf(set: NamedSet): string {
  return set.kind === 'own' ? `own ${set.id}` : `builtin ${set.name}`
}
