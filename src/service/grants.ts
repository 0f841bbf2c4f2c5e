import { permissionDenied } from '../domain/errors.js'
import { coversPattern, patternsOverlap } from '../domain/pattern.js'
import type { PermissionSetScopeType } from '../domain/permission-set.js'
import type { CompiledPolicy, Effect, Scope } from '../domain/policy.js'
import type { ReadAct } from './act.js'
import type { Standing } from './facts.js'
import { requireWholeKey } from './require.js'

/** What a rule reaches: its effect, patterns and place; whether it was stored or compiled. */
export interface Reach {
  readonly effect: Effect
  readonly permissions: readonly string[]
  readonly scopeType: PermissionSetScopeType
  readonly scope: Scope
  /** Empty: every resource. */
  readonly resources: readonly string[]
  /** Empty: always. */
  readonly condition: string
}

/** One pattern of permissions in one place: what attaching an allow rule hands to somebody. */
export interface Grant {
  readonly permission: string
  readonly scopeType: PermissionSetScopeType
  readonly scope: Scope
  readonly resources: readonly string[]
}

export function reachesOf(policies: readonly CompiledPolicy[]): Reach[] {
  return policies.flatMap(({ rules }) =>
    rules.map((rule) => ({ ...rule, condition: rule.condition?.source ?? '' })),
  )
}

/** What somebody gains when other rules reach them than before: allows given, denies taken away. */
export function gained(change: {
  readonly before: readonly Reach[]
  readonly after: readonly Reach[]
}): Grant[] {
  const budget = { steps: stepsMax }
  const part = (effect: Effect) => ({ effect, budget })
  return [
    ...uncovered(change.after, change.before, part('allow')),
    ...uncovered(change.before, change.after, part('deny')),
  ]
}

/** The grants of `reaches` that none of `covers` already makes under the same condition or none. */
function uncovered(
  reaches: readonly Reach[],
  covers: readonly Reach[],
  { effect, budget }: { readonly effect: Effect; readonly budget: Budget },
): Grant[] {
  const wide = covers.filter((cover) => cover.effect === effect)
  return reaches
    .filter((reach) => reach.effect === effect)
    .flatMap((reach) => {
      const peers = wide.filter(
        (cover) => cover.condition === '' || cover.condition === reach.condition,
      )
      return grantsOf(reach).filter((grant) => !peers.some((peer) => gives(peer, grant, budget)))
    })
}

function grantsOf({ permissions, scopeType, scope, resources }: Reach): Grant[] {
  return permissions.map((permission) => ({ permission, scopeType, scope, resources }))
}

/**
 * Throws `permission-denied` unless the caller itself holds every grant: unconditionally, on at
 * least that scope, and with no deny rule in the way. The owner holds everything. A pattern must
 * be covered by one of the caller's own, not by several together: strict, and never too lax.
 */
export function requireGrants(act: ReadAct, grants: readonly Grant[]): void {
  if (grants.length === 0) return
  requireWholeKey(act)
  const held = holdingsOf(act.caller.standing)
  const missing = grants.filter((grant) => !held(grant))
  if (missing.length === 0) return
  const names = [...new Set(missing.map((grant) => grant.permission))]
  const shown = names.slice(0, 10).join(', ')
  const rest = names.length > 10 ? ` and ${names.length - 10} more` : ''
  throw permissionDenied('ESCALATION', `hands on more than you hold: ${shown}${rest}`, {
    missing: shown,
  })
}

/** Comparing two patterns takes steps in the product of their lengths: some tens of milliseconds. */
const stepsMax = 5_000_000

/** What somebody holds, asked grant by grant. */
export function holdingsOf({ principal, policies }: Standing): (grant: Grant) => boolean {
  if (principal.owner) return () => true
  const reaches = reachesOf(policies)
  const denies = reaches.filter((reach) => reach.effect === 'deny')
  const allows = reaches.filter((reach) => reach.effect === 'allow' && reach.condition === '')
  const budget = { steps: stepsMax }
  return (grant) =>
    perProject(grant).every((part) => allows.some((allow) => gives(allow, part, budget))) &&
    !denies.some((deny) => overlaps(deny, grant, budget)) &&
    // Whatever would take longer to find out counts as not held.
    budget.steps > 0
}

interface Budget {
  steps: number
}

function spend(budget: Budget, a: string, b: string): boolean {
  budget.steps -= a.length * b.length
  return budget.steps > 0
}

/** A grant on listed projects is held when it is held on each of them. */
function perProject(grant: Grant): Grant[] {
  if (grant.scope.kind === 'organization') return [grant]
  return grant.scope.projectIds.map((id) => ({
    ...grant,
    scope: { kind: 'projects', projectIds: [id] },
  }))
}

function gives(reach: Reach, grant: Grant, budget: Budget): boolean {
  return (
    budget.steps > 0 &&
    reach.scopeType === grant.scopeType &&
    reach.permissions.some(
      (wide) => spend(budget, wide, grant.permission) && coversPattern(wide, grant.permission),
    ) &&
    scopeCovers(reach.scope, grant.scope) &&
    resourcesCover(reach.resources, grant.resources)
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

function overlaps(reach: Reach, grant: Grant, budget: Budget): boolean {
  return (
    budget.steps > 0 &&
    reach.scopeType === grant.scopeType &&
    reach.permissions.some(
      (pattern) =>
        spend(budget, pattern, grant.permission) && patternsOverlap(pattern, grant.permission),
    ) &&
    scopesOverlap(reach.scope, grant.scope) &&
    resourcesOverlap(reach.resources, grant.resources)
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
