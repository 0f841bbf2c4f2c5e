import { failedPrecondition } from '../domain/errors.js'
import { parsed } from '../domain/validation.js'

/**
 * The fields that an update changes. Throws `invalid` when none or an unknown one is named, and
 * `failed-precondition` for one that never changes.
 */
export function parseMask<Field extends string>(
  paths: readonly string[],
  { mutable, immutable }: { mutable: readonly Field[]; immutable: readonly string[] },
): ReadonlySet<Field> {
  const frozen = paths.find((path) => immutable.includes(path))
  if (frozen) throw failedPrecondition('IMMUTABLE', `update_mask: \`${frozen}\` never changes`)
  return parsed((v) => {
    const known = new Set<Field>()
    if (paths.length === 0) v.fail('update_mask', 'REQUIRED', `must name ${mutable.join(', ')}`)
    paths.forEach((path, index) => {
      const field = mutable.find((name) => name === path)
      if (field) known.add(field)
      else v.fail(`update_mask.paths[${index}]`, 'UNKNOWN', `must be one of ${mutable.join(', ')}`)
    })
    return known
  })
}
