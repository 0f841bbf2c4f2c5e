import type { CompiledRule } from './policy.js'

/** Rules with the same permissions: an action meets all of them or none. */
export interface RuleBundle {
  readonly permissions: readonly string[]
  readonly rules: CompiledRule[]
}

/**
 * Puts rules together by their permissions. A permission set can have a hundred, and thousands of rules
 * can name it: what is done once for each permission is to be done for the bundle and not for its rules.
 */
export class RuleBundles implements Iterable<RuleBundle> {
  /** Rules of one set mostly share the very list. */
  readonly #byList = new Map<readonly string[], RuleBundle>()
  readonly #byContent = new Map<string, RuleBundle>()

  add(rule: CompiledRule): void {
    const { permissions } = rule
    let bundle = this.#byList.get(permissions)
    if (!bundle) {
      bundle = this.#ofContent(permissions)
      this.#byList.set(permissions, bundle)
    }
    bundle.rules.push(rule)
  }

  [Symbol.iterator](): Iterator<RuleBundle> {
    return this.#byContent.values()
  }

  #ofContent(permissions: readonly string[]): RuleBundle {
    // No permission has a space in it.
    const content = permissions.join(' ')
    const known = this.#byContent.get(content)
    if (known) return known
    const bundle = { permissions, rules: [] }
    this.#byContent.set(content, bundle)
    return bundle
  }
}
