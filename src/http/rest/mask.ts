import type { Input } from './input.js'

/** Of `names`, those that the body has: a field that is absent, or null, stays as it is. */
export function changedFields(input: Input, names: readonly string[]): string[] {
  return names.filter((name) => input.body.has(name))
}
