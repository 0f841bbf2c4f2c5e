import { parseAction } from '../../domain/question.js'
import { Validation } from '../../domain/validation.js'
import type { ReadAct } from '../act.js'
import { permissions } from '../permissions.js'

/**
 * Every permission without a wildcard that a built-in set, a set of the caller's organization or
 * Postern's own administration names, in order. What is known by a pattern alone has no name to be
 * listed by.
 */
export async function knownActions(act: ReadAct): Promise<readonly string[]> {
  const own = await act.tx.permissionSets.list(act.caller.organizationId)
  const named = [...act.tools.builtinPermissionSets, ...own].flatMap((set) => set.permissions)
  return [...new Set<string>([...permissions, ...named])].filter(isAction).sort()
}

/** Patterns may hold what no question may. */
function isAction(permission: string): boolean {
  const v = new Validation()
  parseAction(v, 'action', permission)
  return !v.failed
}
