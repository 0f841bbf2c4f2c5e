import type { CompileCondition, CompiledCondition } from './condition.js'

const entriesMax = 10_000

/**
 * Compiles each text once. Compiling costs some hundred times as much as evaluating, and the same
 * few texts come back with every load of a policy. Forgets the text compiled longest ago.
 */
export function rememberConditions(compile: CompileCondition): CompileCondition {
  const remembered = new Map<string, CompiledCondition>()
  return (source) => {
    const known = remembered.get(source)
    if (known) return known
    const compiled = compile(source)
    remembered.set(source, compiled)
    if (remembered.size > entriesMax) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest)
        break
      }
    }
    return compiled
  }
}
