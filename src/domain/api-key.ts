import type { ApiKeyId, OrganizationId, ProjectId } from './ids.js'
import { parseIpRange } from './ip-range.js'
import { parsePattern } from './pattern.js'
import type { PrincipalRef } from './principal.js'
import type { Validation } from './validation.js'

/**
 * Narrows what a key may do to less than its bearer may. Each list is a restriction of its own; an
 * absent list restricts nothing, and no list can be empty.
 */
export interface KeyNarrowing {
  readonly actions?: readonly string[]
  readonly resources?: readonly string[]
  readonly projectIds?: readonly ProjectId[]
  readonly sourceCidrs?: readonly string[]
}

/** A key as its administrators see it; its secrets are kept apart, as hashes. */
export interface ApiKey {
  readonly id: ApiKeyId
  readonly organizationId: OrganizationId
  readonly bearer: PrincipalRef
  readonly description: string
  /** Milliseconds since the epoch; absent: never. */
  readonly expiresAtMs?: number
  /** Where a service that needs one project puts things; grants nothing. */
  readonly defaultProjectId: ProjectId
  readonly narrowing: KeyNarrowing
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

/** A key as a decision sees it: found by the hash of a presented secret. */
export interface ApiKeyCredential {
  readonly id: ApiKeyId
  readonly organizationId: OrganizationId
  readonly bearer: PrincipalRef
  /** Milliseconds since the epoch; the earlier of the key's expiry and the presented secret's. */
  readonly expiresAtMs?: number
  readonly narrowing: KeyNarrowing
}

/** A key is valid if and only if `nowMs` is before its expiry. */
export function isExpired(expiresAtMs: number | undefined, nowMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs
}

export function isNarrowed(narrowing: KeyNarrowing): boolean {
  return Object.values(narrowing).some((list) => list !== undefined)
}

const narrowingMax = 100

/** The narrowing of a new key; empty lists mean that nothing is narrowed. */
export function parseNarrowing(
  v: Validation,
  field: string,
  raw: {
    readonly actions: readonly string[]
    readonly resources: readonly string[]
    readonly projectIds: readonly ProjectId[]
    readonly sourceCidrs: readonly string[]
  },
): KeyNarrowing {
  for (const [name, list] of Object.entries(raw)) {
    if (list.length > narrowingMax)
      v.fail(`${field}.${snake(name)}`, 'TOO_MANY', `must hold at most ${narrowingMax} members`)
  }
  raw.actions.forEach((pattern, i) => {
    parsePattern(v, `${field}.actions[${i}]`, pattern)
  })
  raw.resources.forEach((pattern, i) => {
    parsePattern(v, `${field}.resources[${i}]`, pattern)
  })
  raw.sourceCidrs.forEach((cidr, i) => {
    if (!parseIpRange(cidr))
      v.fail(`${field}.source_cidrs[${i}]`, 'FORMAT', 'must be a range such as 10.0.0.0/8')
  })
  return {
    ...(raw.actions.length > 0 && { actions: [...raw.actions] }),
    ...(raw.resources.length > 0 && { resources: [...raw.resources] }),
    ...(raw.projectIds.length > 0 && { projectIds: [...raw.projectIds] }),
    ...(raw.sourceCidrs.length > 0 && { sourceCidrs: [...raw.sourceCidrs] }),
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
