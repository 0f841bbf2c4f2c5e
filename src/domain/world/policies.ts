import type { Condition } from '../condition/condition.js'
import type { PrincipalEntry, RuleEntry } from '../document.js'
import { type PolicyId, parseId, type RuleId } from '../ids.js'
import { parsePattern } from '../pattern.js'
import type { PermissionSet, PermissionSetScopeType } from '../permission-set.js'
import type { CompiledPolicy, CompiledRule, Scope } from '../policy.js'
import type { PolicyPrincipal } from '../principal.js'
import type { Validation } from '../validation.js'
import { findAllNamed, findNamed, type Names } from './names.js'
import type { OrganizationPlan, WorldDeps } from './plan.js'

export interface PolicyScene {
  readonly plan: OrganizationPlan
  readonly names: Names
  readonly deps: WorldDeps
}

/** Those with a principal; the inert ones are checked, too. */
export function compilePolicies(
  v: Validation,
  field: string,
  scene: PolicyScene,
): readonly CompiledPolicy[] {
  const { plan, names, deps } = scene
  const findSet = createFindSet(v, field, scene)
  const seen = new Set<string>()
  return plan.document.policies.flatMap((entry, index) => {
    const path = `${field}.policies[${index}]`
    if (seen.has(entry.name)) v.fail(path, 'DUPLICATE', `\`${entry.name}\` stands here twice`)
    seen.add(entry.name)
    const id = parseId<PolicyId>(v, `${path}.id`, entry.id || deps.newId())
    const policy = { policyId: id, policyName: entry.name }
    const rules = entry.rules.map((rule, i) => ({
      ...policy,
      id: parseId<RuleId>(v, path, deps.newId()),
      ...compileRule(v, `${path}.rules[${i}]`, { rule, names, findSet, deps }),
    }))
    const principal =
      entry.principal && findPrincipal(v, `${path}.principal`, { entry: entry.principal, names })
    return principal ? [{ id, name: entry.name, principal, rules }] : []
  })
}

type FindSet = (name: string) => PermissionSet | undefined

function createFindSet(v: Validation, field: string, { plan, deps }: PolicyScene): FindSet {
  const own = new Map<string, PermissionSet>()
  plan.document.permissionSets.forEach((set, index) => {
    const path = `${field}.permission_sets[${index}]`
    if (own.has(set.name) || deps.findBuiltin(set.name)) {
      v.fail(path, 'DUPLICATE', `there is another permission set \`${set.name}\``)
    }
    parsePatterns(v, `${path}.permissions`, set.permissions)
    own.set(set.name, set)
  })
  return (name) => own.get(name) ?? deps.findBuiltin(name)
}

function findPrincipal(
  v: Validation,
  field: string,
  { entry, names }: { readonly entry: PrincipalEntry; readonly names: Names },
): PolicyPrincipal | undefined {
  const { type, name } = entry
  const path = `${field}.${type}`
  switch (type) {
    case 'user': {
      const id = findNamed(v, path, { ids: names.users, name: name.toLowerCase() })
      return id && { type, id }
    }
    case 'group': {
      const id = findNamed(v, path, { ids: names.groups, name })
      return id && { type, id }
    }
    case 'application': {
      const id = findNamed(v, path, { ids: names.applications, name })
      return id && { type, id }
    }
    default:
      return type satisfies never
  }
}

interface RuleScene {
  readonly rule: RuleEntry
  readonly names: Names
  readonly findSet: FindSet
  readonly deps: WorldDeps
}

function compileRule(
  v: Validation,
  field: string,
  { rule, names, findSet, deps }: RuleScene,
): Omit<CompiledRule, 'id' | 'policyId' | 'policyName'> {
  const sets = findSets(v, `${field}.permission_sets`, { names: rule.permissionSets, findSet })
  const scopeType = sets[0]?.scopeType ?? 'projects'
  const condition = compileCondition(v, `${field}.condition`, { source: rule.condition, deps })
  return {
    effect: rule.effect,
    scopeType,
    scope: findScope(v, field, { rule, scopeType, names }),
    permissions: [...new Set(sets.flatMap((set) => set.permissions))],
    permissionSetNames: rule.permissionSets,
    resources: parsePatterns(v, `${field}.resources`, rule.resources),
    ...(condition && { condition }),
  }
}

function findSets(
  v: Validation,
  field: string,
  { names, findSet }: { readonly names: readonly string[]; readonly findSet: FindSet },
): readonly PermissionSet[] {
  if (names.length === 0) v.fail(field, 'REQUIRED', 'must name at least one permission set')
  const found = names.flatMap((name, index) => {
    const set = findSet(name)
    if (!set) v.fail(`${field}[${index}]`, 'UNKNOWN', `there is no permission set \`${name}\``)
    return set ? [set] : []
  })
  if (found.some((set) => set.scopeType !== found[0]?.scopeType)) {
    v.fail(field, 'CONSTRAINT', 'permission sets must be of the same scope type')
  }
  return found
}

function findScope(
  v: Validation,
  field: string,
  {
    rule,
    scopeType,
    names,
  }: {
    readonly rule: RuleEntry
    readonly scopeType: PermissionSetScopeType
    readonly names: Names
  },
): Scope {
  const path = `${field}.projects`
  if (rule.organization === rule.projects.length > 0) {
    v.fail(field, 'REQUIRED', 'must have exactly one of `organization: true` and `projects`')
  } else if (scopeType === 'organization' && !rule.organization) {
    v.fail(path, 'CONSTRAINT', 'sets of type organization need `organization: true`')
  }
  if (rule.organization) return { kind: 'organization' }
  const projectIds = findAllNamed(v, path, { ids: names.projects, names: rule.projects })
  return { kind: 'projects', projectIds }
}

function compileCondition(
  v: Validation,
  field: string,
  { source, deps }: { readonly source: string; readonly deps: WorldDeps },
): Condition | undefined {
  if (source === '') return undefined
  const compiled = deps.compileCondition(source)
  if (compiled.ok) return compiled.condition
  v.fail(field, `CONDITION_${compiled.problem.reason}`, compiled.problem.description)
  return undefined
}

function parsePatterns(
  v: Validation,
  field: string,
  patterns: readonly string[],
): readonly string[] {
  return patterns.map((pattern, index) => parsePattern(v, `${field}[${index}]`, pattern))
}
