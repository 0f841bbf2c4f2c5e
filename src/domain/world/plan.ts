import type { CompileCondition } from '../condition/condition.js'
import type { OrganizationDocument } from '../document.js'
import type { FindBuiltinPermissionSet } from '../permission-set.js'
import type { PrincipalRef } from '../principal.js'

/** One organization as people write it down to try decisions without a server. */
export interface OrganizationPlan {
  /** How the rest of the world calls it. */
  readonly name: string
  readonly document: Omit<OrganizationDocument, 'name'>
  /** E-mail addresses of the guests who have not accepted their invitation yet. */
  readonly pending: readonly string[]
  readonly keys: readonly KeyPlan[]
}

export interface KeyPlan {
  /** Unique in the world. */
  readonly name: string
  readonly bearer: BearerName
  readonly expiresAtMs?: number
  readonly narrowing: NarrowingPlan
}

/** By e-mail address or name. */
export interface BearerName {
  readonly type: PrincipalRef['type']
  readonly name: string
}

/** As `KeyNarrowing`, with projects by name; empty lists narrow nothing. */
export interface NarrowingPlan {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly projects: readonly string[]
  readonly sourceCidrs: readonly string[]
}

export interface WorldDeps {
  /** Answers another lower-case UUID each time; the same ones in each run, if runs shall agree. */
  newId(): string
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly compileCondition: CompileCondition
}
