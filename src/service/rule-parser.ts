import { notFound } from '../domain/errors.js'
import { type ProjectId, parseIds, type RuleId } from '../domain/ids.js'
import { parsePattern } from '../domain/pattern.js'
import type { PermissionSet, PermissionSetScopeType } from '../domain/permission-set.js'
import type { Effect, Rule, Scope } from '../domain/policy.js'
import { Validation } from '../domain/validation.js'
import type { ReadAct } from './act.js'
import type { Reach } from './grants.js'
import { reachOfRule } from './rule-reach.js'

/** A rule as a request has it. */
export interface RuleInput {
  readonly effect: Effect
  readonly permissionSetNames: readonly string[]
  readonly scope:
    | { readonly kind: 'organization' }
    | { readonly kind: 'projects'; readonly projectIds: readonly string[] }
    | undefined
  readonly resources: readonly string[]
  readonly condition: string
}

/** A rule that may be stored, and what it reaches. */
export interface ParsedRule {
  readonly rule: Rule
  readonly reach: Reach
}

const rulesMax = 100
const setsMax = 100
const projectsMax = 1_000
const resourcesMax = 100

/**
 * Checks rules against the catalogue, the organization's own sets and its projects. Throws
 * `invalid` with every violation, or `not-found` for a project that is not the organization's.
 */
export async function parseRules(
  act: ReadAct,
  inputs: readonly RuleInput[],
  field: (index: number) => string = (index) => `rules[${index}]`,
): Promise<ParsedRule[]> {
  const v = new Validation()
  requireRuleCount(v, inputs)
  v.finish()
  const sets = await ownSets(act, inputs)
  const rules = inputs.map((input, index) => {
    const path = field(index)
    const found = parseSets(v, `${path}.permission_set_names`, { input, sets })
    const scopeType = found[0]?.scopeType ?? 'projects'
    const rule: Rule = {
      id: act.tools.newId() as RuleId,
      effect: input.effect,
      permissionSetNames: [...input.permissionSetNames],
      scopeType,
      scope: parseScope(v, path, { scope: input.scope, scopeType }),
      resources: parseResources(v, `${path}.resources`, input.resources),
      condition: parseCondition(v, `${path}.condition`, { act, source: input.condition }),
    }
    return { rule, reach: reachOfRule(rule, permissionsOf(found)) }
  })
  v.finish()
  await requireProjects(act, rules)
  return rules
}

export function requireRuleCount(v: Validation, rules: readonly unknown[]): void {
  if (rules.length > rulesMax) v.fail('rules', 'TOO_MANY', `must be at most ${rulesMax}`)
}

type OwnSets = ReadonlyMap<string, PermissionSet>

async function ownSets(act: ReadAct, inputs: readonly RuleInput[]): Promise<OwnSets> {
  const names = inputs.flatMap((input) => input.permissionSetNames)
  if (names.every((name) => act.tools.findBuiltin(name))) return builtinSets(act, names)
  const custom = await act.tx.permissionSets.list(act.caller.organizationId)
  return new Map([...builtinSets(act, names), ...custom.map((set) => [set.name, set] as const)])
}

function builtinSets(act: ReadAct, names: readonly string[]): OwnSets {
  return new Map(
    names.flatMap((name) => {
      const set = act.tools.findBuiltin(name)
      return set ? [[name, set] as const] : []
    }),
  )
}

/** By its name, if it looks like one: a file has many. */
function unknownSet(name: string): string {
  const which = /^[\w-]{1,64}$/.test(name) ? `, and \`${name}\` is none` : ''
  return `must name an existing permission set${which}`
}

function parseSets(
  v: Validation,
  field: string,
  { input, sets }: { readonly input: RuleInput; readonly sets: OwnSets },
): PermissionSet[] {
  const names = input.permissionSetNames
  if (names.length === 0) v.fail(field, 'REQUIRED', 'must name at least one permission set')
  if (names.length > setsMax) v.fail(field, 'TOO_MANY', `must name at most ${setsMax}`)
  const found = names.flatMap((name, index) => {
    const set = sets.get(name)
    if (!set) v.fail(`${field}[${index}]`, 'UNKNOWN', unknownSet(name))
    if (names.indexOf(name) !== index) {
      v.fail(`${field}[${index}]`, 'DUPLICATE', 'must not be listed twice')
    }
    return set ? [set] : []
  })
  if (found.some((set) => set.scopeType !== found[0]?.scopeType)) {
    v.fail(field, 'CONSTRAINT', 'permission sets must be of the same scope type')
  }
  return found
}

function permissionsOf(sets: readonly PermissionSet[]): string[] {
  return [...new Set(sets.flatMap((set) => set.permissions))]
}

function parseScope(
  v: Validation,
  field: string,
  {
    scope,
    scopeType,
  }: { readonly scope: RuleInput['scope']; readonly scopeType: PermissionSetScopeType },
): Scope {
  if (!scope) {
    v.fail(`${field}.scope`, 'REQUIRED', 'must be exactly one of projects and organization')
    return { kind: 'organization' }
  }
  if (scope.kind === 'organization') return scope
  const path = `${field}.projects.project_ids`
  if (scopeType === 'organization') {
    v.fail(path, 'CONSTRAINT', 'sets of type organization need the organization scope')
  }
  if (scope.projectIds.length === 0) v.fail(path, 'REQUIRED', 'must list at least one project')
  if (scope.projectIds.length > projectsMax) {
    v.fail(path, 'TOO_MANY', `must list at most ${projectsMax} projects`)
  }
  return { kind: 'projects', projectIds: parseIds<ProjectId>(v, path, scope.projectIds) }
}

function parseResources(v: Validation, field: string, patterns: readonly string[]): string[] {
  if (patterns.length > resourcesMax) {
    v.fail(field, 'TOO_MANY', `must be at most ${resourcesMax} patterns`)
  }
  return patterns.map((pattern, index) => parsePattern(v, `${field}[${index}]`, pattern))
}

function parseCondition(
  v: Validation,
  field: string,
  { act, source }: { readonly act: ReadAct; readonly source: string },
): string {
  if (source === '') return ''
  const compiled = act.tools.compileCondition(source)
  if (!compiled.ok) {
    v.fail(field, `CONDITION_${compiled.problem.reason}`, compiled.problem.description)
  }
  return source
}

async function requireProjects(act: ReadAct, rules: readonly ParsedRule[]): Promise<void> {
  const ids = [
    ...new Set(
      rules.flatMap(({ rule }) => (rule.scope.kind === 'projects' ? rule.scope.projectIds : [])),
    ),
  ]
  if (ids.length === 0) return
  const existing = await act.tx.projects.existing(act.caller.organizationId, ids)
  const missing = ids.find((id) => !existing.has(id))
  if (missing) throw notFound('project', missing)
}
