import { findBuiltinPermissionSet } from '../../src/catalog/builtin.js'
import type { PermissionSet } from '../../src/domain/permission-set.js'

/** Whether everything that the pattern `narrow` matches is matched by `wide`. */
function covers(wide: string, narrow: string): boolean {
  // A `*` in `narrow` is an ordinary character here, which only a `*` of `wide` can match.
  const literals = wide.split('*').map((literal) => literal.replace(/[^\w:-]/g, '\\$&'))
  return new RegExp(`^${literals.join('.*')}$`).test(narrow)
}

/** Those that the set gives. */
export function overlap(set: PermissionSet, permissions: readonly string[]): readonly string[] {
  return permissions.filter((permission) =>
    set.permissions.some((wide) => covers(wide, permission)),
  )
}

/** Those that it does not. */
export function uncovered(set: PermissionSet, permissions: readonly string[]): readonly string[] {
  const covered = overlap(set, permissions)
  return permissions.filter((permission) => !covered.includes(permission))
}

/** Throws for a name that the catalogue does not have. */
export function get(name: string): PermissionSet {
  const set = findBuiltinPermissionSet(name)
  if (!set) throw new Error(`no permission set \`${name}\``)
  return set
}

export function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
