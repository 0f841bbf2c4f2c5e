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
  return [
    ...uncovered(change.after, change.before, 'allow'),
    ...uncovered(change.before, change.after, 'deny'),
  ]
}

/** The grants of `reaches` that none of `covers` already makes under the same condition or none. */
function uncovered(reaches: readonly Reach[], covers: readonly Reach[], effect: Effect): Grant[] {
  const wide = covers.filter((cover) => cover.effect === effect)
  return reaches
    .filter((reach) => reach.effect === effect)
    .flatMap((reach) => {
      const peers = wide.filter(
        (cover) => cover.condition === '' || cover.condition === reach.condition,
      )
      return grantsOf(reach).filter((grant) => !peers.some((peer) => gives(peer, grant)))
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
  const { standing } = act.caller
  const missing = grants.filter((grant) => !holds(standing, grant))
  if (missing.length === 0) return
  const names = [...new Set(missing.map((grant) => grant.permission))]
  const shown = names.slice(0, 10).join(', ')
  const rest = names.length > 10 ? ` and ${names.length - 10} more` : ''
  throw permissionDenied('ESCALATION', `hands on more than you hold: ${shown}${rest}`, {
    missing: shown,
  })
}

export function holds({ principal, policies }: Standing, grant: Grant): boolean {
  if (principal.owner) return true
  const reaches = reachesOf(policies)
  const isDenied = reaches.some((reach) => reach.effect === 'deny' && overlaps(reach, grant))
  if (isDenied) return false
  const allows = reaches.filter((reach) => reach.effect === 'allow' && reach.condition === '')
  return perProject(grant).every((part) => allows.some((allow) => gives(allow, part)))
}

/** A grant on listed projects is held when it is held on each of them. */
function perProject(grant: Grant): Grant[] {
  if (grant.scope.kind === 'organization') return [grant]
  return grant.scope.projectIds.map((id) => ({
    ...grant,
    scope: { kind: 'projects', projectIds: [id] },
  }))
}

function gives(reach: Reach, grant: Grant): boolean {
  return (
    reach.scopeType === grant.scopeType &&
    reach.permissions.some((wide) => coversPattern(wide, grant.permission)) &&
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

function overlaps(reach: Reach, grant: Grant): boolean {
  return (
    reach.scopeType === grant.scopeType &&
    reach.permissions.some((pattern) => patternsOverlap(pattern, grant.permission)) &&
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
