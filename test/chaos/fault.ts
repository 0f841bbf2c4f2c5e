import type { Redis } from 'ioredis'
import type { Cluster } from './cluster.js'
import type { Replica } from './replica.js'

/** One thing that goes wrong, and is put right again. */
export interface Fault {
  readonly name: string
  /** What may be refused meanwhile, and until it is over; absent: nothing at all. */
  readonly mayRefuse?: Allowance
  /** Replicas that administration stays away from. */
  readonly avoided?: readonly number[]
  /** Decisions from memory must not get slower. */
  readonly isTimed?: boolean
  /** Left out of the short run. */
  readonly isLong?: boolean
  /** Sets it up, lets it work, and heals it. */
  run(stage: Stage): Promise<void>
}

export interface Allowance {
  readonly reasons: readonly string[]
  /** Absent: all. */
  readonly replicas?: readonly number[]
}

export interface Stage {
  readonly cluster: Cluster
  /** Past the proxies, with every right. */
  readonly redis: Redis
  readonly random: () => number
  replica(index: number): Replica
  /** How many replicas are restarted, one after another. */
  readonly restarts: number
  /** For as long as a fault takes that the bound has nothing to do with. */
  whileShort(): Promise<void>
  /** Less than the staleness bound. */
  withinBound(): Promise<void>
  /** Well beyond the staleness bound. */
  beyondBound(): Promise<void>
  pause(ms: number): Promise<void>
}

/** What is said when the store cannot be asked, or does not answer. */
export const silentStore: readonly string[] = [
  'STORE_TIMEOUT',
  'STORE_UNREACHABLE',
  'OVERLOADED',
  'COMMIT_OUTCOME_UNKNOWN',
]

export const beyondBound: readonly string[] = [...silentStore, 'STALENESS_BOUND_EXCEEDED']
