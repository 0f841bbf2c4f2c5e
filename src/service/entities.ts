import type { ApiKeyCredential } from '../domain/api-key.js'
import type { AuthorizationView } from '../domain/authorization-view.js'
import type { Decider } from '../domain/evaluate.js'
import type { OrganizationId, ProjectId } from '../domain/ids.js'
import type { CompiledPolicy } from '../domain/policy.js'
import type { Principal, PrincipalRef } from '../domain/principal.js'
import type { Pace } from './pacer.js'
import type { Revision } from './revision.js'

/**
 * What decisions are computed from, as if all of it lay in memory. A look-up of something that
 * does not exist answers `undefined`; of something that must be loaded first it throws
 * `EntitiesMissing`, for the source to load it and begin the work anew.
 */
export interface EntityLookup {
  findCredential(secretHash: string): ApiKeyCredential | undefined
  /** Whoever has the id, which may be a principal of the other type. */
  findPrincipal(ref: PrincipalRef): Principal | undefined
  findProjectOrganization(id: ProjectId): OrganizationId | undefined
  /** The policies of the principal and its groups, joined and indexed. */
  viewOf(principal: Principal): AuthorizationView
  /** Who decides for the key with this hash; `undefined`: no such key, or no bearer of it. */
  findDecider(secretHash: string): Decider | undefined
  /** Who decides for the principal itself; `undefined`: there is none of this id and type. */
  findPrincipalDecider(ref: PrincipalRef): Decider | undefined
}

/** How fresh an answer must be. */
export type Consistency =
  /** Within the staleness bound: from memory, when memory has it. */
  | { readonly kind: 'minimize-latency' }
  /** Not older than a revision that the caller has seen. */
  | { readonly kind: 'at-least-as-fresh'; readonly revision: Revision }
  /** Not older than the question. */
  | { readonly kind: 'fully-consistent' }

export const minimizeLatency: Consistency = { kind: 'minimize-latency' }

/** The slowest place that a part of an answer came from. */
export type Tier = 'memory' | 'shared' | 'store'

/** How old an answer may be, and where it came from. */
export interface Freshness {
  readonly tier: Tier
  /** The answer is that of some state not older than this. */
  readonly ageMs: number
  /** For how long a caller may reuse it without being later than the staleness bound. */
  readonly validForMs: number
}

export interface Decided<T> {
  readonly value: T
  readonly revision: Revision
  readonly freshness: Freshness
}

/** Work that may be interrupted between its steps: wherever it yields, others may have the thread. */
export type Steps<T> = Iterator<void, T, void>

/** Where decisions get their entities: all of one decision from one state of the store. */
export interface EntitySource {
  /**
   * Runs `work`, which must be pure and must not wait, on entities of one revision, waiting for
   * them no longer than `waitMs`. Rejects with `unavailable` when the store does not answer, or
   * cannot vouch for what memory holds.
   */
  decide<T>(demand: Demand, work: (lookup: EntityLookup) => T): Promise<Decided<T>>
  /**
   * The same for work that takes long. At each `yield` it rests, if `pace` says that it is time to.
   * All of it is of one revision: when another is applied meanwhile, the work begins anew.
   */
  decideInSteps<T>(
    demand: Demand,
    pace: Pace,
    work: (lookup: EntityLookup) => Steps<T>,
  ): Promise<Decided<T>>
  /**
   * The same without waiting, within the staleness bound; `undefined` when something must be waited
   * for. `work` is handed `subject`, so that it need not be made anew for each question.
   */
  decideNow<Subject, T>(
    work: (lookup: EntityLookup, subject: Subject) => T,
    subject: Subject,
  ): Decided<T> | undefined
}

/** What a caller asks of an answer besides that it be right. */
export interface Demand {
  readonly consistency: Consistency
  /** Milliseconds that the caller has; the server may let it wait for less. */
  readonly waitMs?: number
}

/** One thing that a decision needs. */
export type EntityWant =
  | { readonly kind: 'credential'; readonly secretHash: string }
  /** Whoever has the id: its type says where to look first. */
  | { readonly kind: 'principal'; readonly ref: PrincipalRef }
  | { readonly kind: 'bindings'; readonly holderId: string }
  | { readonly kind: 'project'; readonly id: ProjectId }

/** What each kind of want is answered with; `undefined`: it does not exist. */
export type EntityValue =
  | ApiKeyCredential
  | Principal
  | readonly CompiledPolicy[]
  | OrganizationId
  | undefined

/** Only of bindings the value is a list. */
export function isPolicies(value: EntityValue): value is readonly CompiledPolicy[] {
  return Array.isArray(value)
}

/** Thrown through `work` by a look-up that has to load something. */
export class EntitiesMissing {
  readonly wants: readonly EntityWant[]

  constructor(wants: readonly EntityWant[]) {
    this.wants = wants
  }
}

/** `kind:id`, as the change log names what changed. */
export function keyOfWant(want: EntityWant): string {
  switch (want.kind) {
    case 'credential':
      return `credential:${want.secretHash}`
    case 'principal':
      return `principal:${want.ref.id}`
    case 'bindings':
      return `bindings:${want.holderId}`
    case 'project':
      return `project:${want.id}`
    default:
      return want satisfies never
  }
}
