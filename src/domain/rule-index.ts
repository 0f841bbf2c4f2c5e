import { mayReadTime } from './condition/condition.js'
import type { ProjectId } from './ids.js'
import { PatternIndex } from './pattern-index.js'
import type { CompiledRule } from './policy.js'
import type { Question } from './question.js'
import { type RuleBundle, RuleBundles } from './rule-bundles.js'

const knownActionsMax = 64
const arrangedMax = 64

/** An action that was asked about, and the rules that it meets. */
interface KnownAction {
  readonly action: string
  readonly rules: RulesByScope
}

/** A bundle of rules, by the order in which bundles came. */
interface Numbered {
  readonly number: number
  readonly bundle: RuleBundle
}

/** Asked of each rule that fits, until one is accepted. */
export interface RuleTest {
  accepts(rule: CompiledRule): boolean
}

/**
 * All rules of one effect, arranged so that a question meets only rules whose action, scope and
 * resource patterns fit: the cost of a question does not grow with the rules that cannot match it.
 * Rules are arranged when an action that meets them is asked about first.
 */
export class RuleIndex {
  readonly #byAction = new PatternIndex<Numbered[]>()
  readonly #known = new Map<string, KnownAction>()
  /** By the numbers of the bundles: many actions meet the same ones. */
  readonly #arranged = new Map<string, RulesByScope>()
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
    return this.#rulesFor(question.action).find(question, test)
  }

  /** Services ask about the same few actions again and again. */
  #rulesFor(action: string): RulesByScope {
    if (action === this.#last?.action) return this.#last.rules
    this.#last = this.#known.get(action) ?? this.#search(action)
    return this.#last.rules
  }

  #search(action: string): KnownAction {
    const met = new Map<number, RuleBundle>()
    this.#byAction.search(action, (bundles) => {
      for (const { number, bundle } of bundles) met.set(number, bundle)
      return undefined
    })
    const known = { action, rules: this.#arrange(met) }
    remember(this.#known, action, known, knownActionsMax)
    return known
  }

  #arrange(bundles: ReadonlyMap<number, RuleBundle>): RulesByScope {
    const key = [...bundles.keys()].join()
    const arranged = this.#arranged.get(key)
    if (arranged) return arranged
    const rules = new RulesByScope()
    for (const bundle of bundles.values()) for (const rule of bundle.rules) rules.add(rule)
    remember(this.#arranged, key, rules, arrangedMax)
    return rules
  }

  #add(numbered: Numbered): void {
    for (const permission of new Set(numbered.bundle.permissions)) {
      this.#byAction.at(permission, () => []).push(numbered)
    }
  }
}

/** Who asks about ever new actions must not fill the memory with them. */
function remember<T>(known: Map<string, T>, key: string, value: T, max: number): void {
  if (known.size >= max) known.clear()
  known.set(key, value)
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
