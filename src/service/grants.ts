import { permissionDenied } from '../domain/errors.js'
import { coversPattern, patternsOverlap } from '../domain/pattern.js'
import type { PermissionSetScopeType } from '../domain/permission-set.js'
import type { CompiledRule, Effect, Scope } from '../domain/policy.js'
import type { ReadAct } from './act.js'
import type { Standing } from './facts.js'
import { requireWholeKey } from './require.js'

/** One pattern of permissions on one scope: what attaching an allow rule hands to somebody. */
export interface Grant {
  readonly permission: string
  readonly scopeType: PermissionSetScopeType
  readonly scope: Scope
  readonly resources: readonly string[]
}

type RuleGrants = Pick<CompiledRule, 'effect' | 'permissions' | 'scopeType' | 'scope' | 'resources'>

/** What the rules of one effect reach, whatever their conditions say. */
export function grantsOf(rules: readonly RuleGrants[], effect: Effect): Grant[] {
  return rules
    .filter((rule) => rule.effect === effect)
    .flatMap((rule) =>
      rule.permissions.map((permission) => ({
        permission,
        scopeType: rule.scopeType,
        scope: rule.scope,
        resources: rule.resources,
      })),
    )
}

/** What somebody gains when rules begin or cease to reach them: allows given, denies taken away. */
export function gains(change: {
  readonly given?: readonly RuleGrants[]
  readonly taken?: readonly RuleGrants[]
}): Grant[] {
  return [...grantsOf(change.given ?? [], 'allow'), ...grantsOf(change.taken ?? [], 'deny')]
}

/**
 * Throws `permission-denied` unless the caller itself holds every grant: unconditionally, on at
 * least that scope, and with no deny rule in the way. The owner holds everything. A pattern must
 * be covered by one of the caller's own, not by several together: strict, and never too lax.
 */
export function requireGrants(act: ReadAct, grants: readonly Grant[]): void {
  if (grants.length === 0) return
  requireWholeKey(act)
  const { standing } = act.caller
  const missing = grants.filter((grant) => !holds(standing, grant))
  if (missing.length === 0) return
  const names = [...new Set(missing.map((grant) => grant.permission))]
  const shown = names.slice(0, 10).join(', ')
  throw permissionDenied(
    'ESCALATION',
    `hands on more than you hold: ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`,
    { missing: shown },
  )
}

export function holds({ principal, policies }: Standing, grant: Grant): boolean {
  if (principal.owner) return true
  const rules = policies.flatMap((policy) => policy.rules)
  const isDenied = rules.some((rule) => rule.effect === 'deny' && overlaps(rule, grant))
  return !isDenied && scopesOf(grant).every((scope) => rules.some((rule) => gives(rule, scope)))
}

/** A grant on listed projects is held when it is held on each of them. */
function scopesOf(grant: Grant): Grant[] {
  if (grant.scope.kind === 'organization') return [grant]
  return grant.scope.projectIds.map((id) => ({
    ...grant,
    scope: { kind: 'projects', projectIds: [id] },
  }))
}

function gives(rule: CompiledRule, grant: Grant): boolean {
  if (rule.effect !== 'allow' || rule.condition || rule.scopeType !== grant.scopeType) return false
  return (
    rule.permissions.some((wide) => coversPattern(wide, grant.permission)) &&
    scopeCovers(rule.scope, grant.scope) &&
    resourcesCover(rule.resources, grant.resources)
  )
}

function scopeCovers(wide: Scope, narrow: Scope): boolean {
  if (wide.kind === 'organization') return true
  if (narrow.kind === 'organization') return false
  return narrow.projectIds.every((id) => wide.projectIds.includes(id))
}

function resourcesCover(wide: readonly string[], narrow: readonly string[]): boolean {
  if (wide.length === 0) return true
  if (narrow.length === 0) return wide.includes('*')
  return narrow.every((pattern) => wide.some((cover) => coversPattern(cover, pattern)))
}

function overlaps(rule: CompiledRule, grant: Grant): boolean {
  if (rule.scopeType !== grant.scopeType) return false
  return (
    rule.permissions.some((pattern) => patternsOverlap(pattern, grant.permission)) &&
    scopesOverlap(rule.scope, grant.scope) &&
    resourcesOverlap(rule.resources, grant.resources)
  )
}

function scopesOverlap(a: Scope, b: Scope): boolean {
  if (a.kind === 'organization' || b.kind === 'organization') return true
  return a.projectIds.some((id) => b.projectIds.includes(id))
}

function resourcesOverlap(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return true
  return a.some((pattern) => b.some((other) => patternsOverlap(pattern, other)))
}
