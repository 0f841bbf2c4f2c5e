import type { Clock } from '../../src/cache/clock.js'
import type { ApiKeyCredential } from '../../src/domain/api-key.js'
import type { ApiKeyId, ApplicationId, OrganizationId } from '../../src/domain/ids.js'
import type { CompiledPolicy } from '../../src/domain/policy.js'
import type { Principal } from '../../src/domain/principal.js'
import type { ChangePage, ChangeRequest, ChangeRow } from '../../src/service/ports/change-log.js'
import type { DecisionReader } from '../../src/service/ports/decisions.js'
import type { ReadTransaction, Stamped, Store } from '../../src/service/ports/store.js'
import type { Revision } from '../../src/service/revision.js'

export const organizationId = 'organization' as OrganizationId

/** A clock that a test turns. */
export class ManualClock implements Clock {
  monotonic = 0
  wall = 0
  #alarms: { readonly at: number; readonly ring: () => void }[] = []

  monotonicMs(): number {
    return this.monotonic
  }

  wallMs(): number {
    return this.wall
  }

  alarm(afterMs: number, ring: () => void): () => void {
    const alarm = { at: this.monotonic + afterMs, ring }
    this.#alarms.push(alarm)
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm)
    }
  }

  pass(ms: number): void {
    this.monotonic += ms
    this.wall += ms
    for (const alarm of this.#alarms.filter(({ at }) => at <= this.monotonic)) {
      this.#alarms = this.#alarms.filter((other) => other !== alarm)
      alarm.ring()
    }
  }
}

/**
 * The store's side of the conversation with a cache, spoken by a test: one application with keys
 * that are there or not, a log, and answers that can be late, lost, or of another history.
 */
export class ScriptedStore implements Pick<Store, 'read' | 'readChanges'> {
  epoch = 'e1'
  readonly credentials = new Set<string>()
  /** Of the application. */
  status: Principal['status'] = 'active'
  /** When keys expire, in milliseconds since the epoch; those that are not here never do. */
  readonly expiries = new Map<string, number>()
  /** Of the application. */
  policies: readonly CompiledPolicy[] = []
  rows: ChangeRow[] = []
  timeline = 1
  leaseAgeMs = 0
  proofs = 0
  logReads = 0
  loads = 0
  /** Runs after an answer was computed and before it arrives: what it does, the answer misses. */
  onLog: (() => Promise<void> | void) | undefined
  onLoad: (() => Promise<void> | void) | undefined

  head(): Revision {
    const last = this.rows.at(-1)
    return { epoch: this.epoch, number: last?.number ?? 0, nonce: last?.nonce ?? 'n0' }
  }

  grant(secretHash: string): void {
    this.credentials.add(secretHash)
    this.commit(`credential:${secretHash}`)
  }

  revoke(secretHash: string): void {
    this.credentials.delete(secretHash)
    this.commit(`credential:${secretHash}`)
  }

  lock(): void {
    this.status = 'locked'
    this.commit(`principal:${ref.id}`)
  }

  commit(...keys: string[]): void {
    const number = this.head().number + 1
    const nonce = `${this.epoch}-n${number}`
    this.rows = [...this.rows, { number, nonce, organizationId, atMs: 0, keys }]
  }

  async readChanges({ from, rowsMax, prove }: ChangeRequest): Promise<ChangePage> {
    this.logReads += 1
    if (prove) this.proofs += 1
    const { timeline, leaseAgeMs } = this
    const head = this.head()
    const rows = this.rows.filter((row) => row.number >= from).slice(0, rowsMax)
    await this.onLog?.()
    return { head, rows, authority: { timeline, leaseAgeMs } }
  }

  async read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>> {
    this.loads += 1
    const revision = this.head()
    const decisions = this.#snapshot()
    const value = await work({ decisions } as ReadTransaction)
    await this.onLoad?.()
    return { value, revision }
  }

  #snapshot(): DecisionReader {
    const credentials = new Set(this.credentials)
    const { status, policies } = this
    return {
      findCredential: async (hash) =>
        credentials.has(hash) ? credential(hash, this.expiries.get(hash)) : undefined,
      findCredentialByKeyId: async () => undefined,
      findPrincipal: async ({ type }) => (type === ref.type ? { ...principal, status } : undefined),
      findProjectOrganization: async () => organizationId,
      policiesOf: async () => policies,
      findPrincipals: async () => [],
      listPrincipals: async () => [],
    }
  }
}

export const ref = { type: 'application', id: 'application' as ApplicationId } as const

export const principal: Principal = {
  ref,
  organizationId,
  owner: false,
  status: 'active',
  groupIds: [],
  attributes: {},
  tags: [],
}

export function credential(hash: string, expiresAtMs: number | undefined): ApiKeyCredential {
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs }
  return { id: hash as ApiKeyId, organizationId, bearer: ref, narrowing: {}, ...expiry }
}
