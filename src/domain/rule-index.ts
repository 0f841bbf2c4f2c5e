import { mayReadTime } from './condition/condition.js'
import type { ProjectId } from './ids.js'
import { PatternIndex } from './pattern-index.js'
import type { CompiledRule } from './policy.js'
import type { Question } from './question.js'
import { type RuleBundle, RuleBundles } from './rule-bundles.js'

const knownActionsMax = 64

/** An action that was asked about, and where its rules are. */
interface KnownAction {
  readonly action: string
  readonly scopes: readonly RulesByScope[]
}

/** A bundle of rules, by the order in which bundles came. */
interface Numbered {
  readonly number: number
  readonly bundle: RuleBundle
}

/** One pattern over actions, and the rules that have it. */
interface Permission {
  readonly bundles: Numbered[]
  /** Arranged when an action is asked about that the pattern matches. */
  rules?: RulesByScope
}

/** Asked of each rule that fits, until one is accepted. */
export interface RuleTest {
  accepts(rule: CompiledRule): boolean
}

/**
 * All rules of one effect, arranged so that a question meets only rules whose action, scope and
 * resource patterns fit: the cost of a question does not grow with the rules that cannot match it.
 */
export class RuleIndex {
  readonly #byAction = new PatternIndex<Permission>()
  /** By the numbers of the bundles: all permissions of a set mostly have the same ones. */
  readonly #arranged = new Map<string, RulesByScope>()
  readonly #known = new Map<string, KnownAction>()
  /** The one that was asked about last: comparing it costs less than looking it up. */
  #last: KnownAction | undefined
  #size = 0
  #isTimed = false

  constructor(rules: Iterable<CompiledRule>) {
    const bundles = new RuleBundles()
    for (const rule of rules) {
      this.#size++
      if (rule.condition && mayReadTime(rule.condition)) this.#isTimed = true
      bundles.add(rule)
    }
    let number = 0
    for (const bundle of bundles) this.#add({ number: number++, bundle })
  }

  /** Whether what fits may depend on when it is asked. */
  get isTimed(): boolean {
    return this.#isTimed
  }

  get size(): number {
    return this.#size
  }

  /** The first fitting rule, in no promised order, that `test` accepts. */
  find(question: Question, test: RuleTest): CompiledRule | undefined {
    if (this.#size === 0) return undefined
    for (const scopes of this.#scopesOf(question.action)) {
      const found = scopes.find(question, test)
      if (found) return found
    }
    return undefined
  }

  /** Services ask about the same few actions again and again. */
  #scopesOf(action: string): readonly RulesByScope[] {
    if (action === this.#last?.action) return this.#last.scopes
    this.#last = this.#known.get(action) ?? this.#search(action)
    return this.#last.scopes
  }

  #search(action: string): KnownAction {
    const scopes = new Set<RulesByScope>()
    this.#byAction.search(action, (permission) => {
      permission.rules ??= this.#arrange(permission.bundles)
      scopes.add(permission.rules)
      return undefined
    })
    // Who asks about ever new actions must not fill the memory with them.
    if (this.#known.size >= knownActionsMax) this.#known.clear()
    const known = { action, scopes: [...scopes] }
    this.#known.set(action, known)
    return known
  }

  #arrange(bundles: readonly Numbered[]): RulesByScope {
    const key = bundles.map(({ number }) => number).join()
    const arranged = this.#arranged.get(key)
    if (arranged) return arranged
    const rules = new RulesByScope()
    for (const { bundle } of bundles) for (const rule of bundle.rules) rules.add(rule)
    this.#arranged.set(key, rules)
    return rules
  }

  #add(numbered: Numbered): void {
    for (const permission of new Set(numbered.bundle.permissions)) {
      this.#byAction.at(permission, () => ({ bundles: [] })).bundles.push(numbered)
    }
  }
}

interface RulesOfProject {
  readonly projectId: ProjectId
  readonly rules: RulesByResource
}

class RulesByScope {
  readonly #organization = new RulesByResource()
  readonly #everyProject = new RulesByResource()
  readonly #byProject = new Map<ProjectId, RulesByResource>()
  /** As with actions. */
  #last: RulesOfProject | undefined

  add(rule: CompiledRule): void {
    if (rule.scopeType === 'organization') {
      // Such a set never reaches into projects, listed or not.
      if (rule.scope.kind === 'organization') this.#organization.add(rule)
      return
    }
    if (rule.scope.kind === 'organization') this.#everyProject.add(rule)
    else for (const id of rule.scope.projectIds) this.#ofProject(id).add(rule)
  }

  find(question: Question, test: RuleTest): CompiledRule | undefined {
    const { projectId, path } = question.resource
    if (projectId === undefined) return this.#organization.find(path, test)
    return this.#everyProject.find(path, test) ?? this.#rulesOf(projectId)?.find(path, test)
  }

  #rulesOf(projectId: ProjectId): RulesByResource | undefined {
    if (this.#byProject.size === 0) return undefined
    if (projectId === this.#last?.projectId) return this.#last.rules
    const rules = this.#byProject.get(projectId)
    if (rules) this.#last = { projectId, rules }
    return rules
  }

  #ofProject(projectId: ProjectId): RulesByResource {
    const known = this.#byProject.get(projectId) ?? new RulesByResource()
    this.#byProject.set(projectId, known)
    return known
  }
}

class RulesByResource {
  /** Unconditional rules are tried first: they settle the question without running CEL. */
  readonly #unconditional: CompiledRule[] = []
  readonly #conditional: CompiledRule[] = []
  /** Those of some resources only, until somebody asks about one in their scope. */
  #patterned: CompiledRule[] = []
  #byPattern: PatternIndex<CompiledRule[]> | undefined

  add(rule: CompiledRule): void {
    if (rule.resources.length > 0) this.#patterned.push(rule)
    else if (rule.condition) this.#conditional.push(rule)
    else this.#unconditional.push(rule)
  }

  find(path: string, test: RuleTest): CompiledRule | undefined {
    if (this.#patterned.length > 0) this.#arrange()
    return (
      firstAccepted(this.#unconditional, test) ??
      firstAccepted(this.#conditional, test) ??
      this.#byPattern?.search(path, (rules) => firstAccepted(rules, test))
    )
  }

  #arrange(): void {
    const byPattern = new PatternIndex<CompiledRule[]>()
    for (const rule of this.#patterned) {
      for (const pattern of new Set(rule.resources)) byPattern.at(pattern, () => []).push(rule)
    }
    this.#byPattern = byPattern
    this.#patterned = []
  }
}

function firstAccepted(rules: readonly CompiledRule[], test: RuleTest): CompiledRule | undefined {
  for (const rule of rules) if (test.accepts(rule)) return rule
  return undefined
}
