import type { ProjectId } from './ids.js'
import { PatternIndex } from './pattern-index.js'
import type { CompiledRule } from './policy.js'
import type { Question } from './question.js'

/**
 * All rules of one effect, arranged so that a question meets only rules whose action, scope and
 * resource patterns fit: the cost of a question does not grow with the rules that cannot match it.
 */
export class RuleIndex {
  readonly #byAction = new PatternIndex<RulesByScope>()
  #size = 0

  constructor(rules: Iterable<CompiledRule>) {
    for (const rule of rules) this.#add(rule)
  }

  get size(): number {
    return this.#size
  }

  /** The first fitting rule, in no promised order, that `accept` answers true for. */
  find(question: Question, accept: (rule: CompiledRule) => boolean): CompiledRule | undefined {
    if (this.#size === 0) return undefined
    return this.#byAction.search(question.action, (scopes) => scopes.find(question, accept))
  }

  #add(rule: CompiledRule): void {
    this.#size++
    for (const permission of new Set(rule.permissions)) {
      this.#byAction.at(permission, () => new RulesByScope()).add(rule)
    }
  }
}

class RulesByScope {
  readonly #organization = new RulesByResource()
  readonly #everyProject = new RulesByResource()
  readonly #byProject = new Map<ProjectId, RulesByResource>()

  add(rule: CompiledRule): void {
    if (rule.scopeType === 'organization') {
      // Such a set never reaches into projects, listed or not.
      if (rule.scope.kind === 'organization') this.#organization.add(rule)
      return
    }
    if (rule.scope.kind === 'organization') this.#everyProject.add(rule)
    else for (const id of rule.scope.projectIds) this.#ofProject(id).add(rule)
  }

  find(question: Question, accept: (rule: CompiledRule) => boolean): CompiledRule | undefined {
    const { projectId, path } = question.resource
    if (projectId === undefined) return this.#organization.find(path, accept)
    return (
      this.#everyProject.find(path, accept) ?? this.#byProject.get(projectId)?.find(path, accept)
    )
  }

  #ofProject(id: ProjectId): RulesByResource {
    const rules = this.#byProject.get(id) ?? new RulesByResource()
    this.#byProject.set(id, rules)
    return rules
  }
}

class RulesByResource {
  readonly #everyResource: CompiledRule[] = []
  #byPattern: PatternIndex<CompiledRule[]> | undefined

  add(rule: CompiledRule): void {
    if (rule.resources.length === 0) {
      // Unconditional rules first: they settle the question without running CEL.
      if (rule.condition) this.#everyResource.push(rule)
      else this.#everyResource.unshift(rule)
      return
    }
    this.#byPattern ??= new PatternIndex<CompiledRule[]>()
    for (const pattern of new Set(rule.resources)) {
      this.#byPattern.at(pattern, () => []).push(rule)
    }
  }

  find(path: string, accept: (rule: CompiledRule) => boolean): CompiledRule | undefined {
    return (
      this.#everyResource.find(accept) ??
      this.#byPattern?.search(path, (rules) => rules.find(accept))
    )
  }
}
