import type { ApiKeyCredential } from '../../../src/domain/api-key.js'
import type { ApiKeyId, ApplicationId } from '../../../src/domain/ids.js'
import type { Principal } from '../../../src/domain/principal.js'
import type { Authority, ChangePage, ChangeRequest } from '../../../src/service/ports/change-log.js'
import type { ReadTransaction, Stamped } from '../../../src/service/ports/store.js'
import { pick } from '../random.js'
import { type ManualClock, organizationId } from '../scripted-store.js'
import { beginning, isIn, nonceOf, pageOf, type State, type StoreServer, since } from './history.js'
import type { Network } from './network.js'

export const secrets = ['k0', 'k1', 'k2']
const ref = { type: 'application', id: 'application' as ApplicationId } as const

export interface TruthDeps {
  readonly random: () => number
  readonly clock: ManualClock
  readonly network: Network
  /** Reads an entity first and its revision later: what no store may do. */
  readonly stampsLate: boolean
}

/** Something that was acknowledged to whoever wrote it. */
export interface Acknowledged {
  readonly state: State
  readonly atMs: number
}

/**
 * The store as a cluster: a primary that others write to; perhaps one that was the primary before,
 * cut off from the others and still answering; and an operator who brings back a backup.
 */
export class Truth {
  readonly #deps: TruthDeps
  readonly #withStandby: boolean
  readonly #states = new Map<string, State>()
  #nonces = 0
  #epochs = 0
  #primary: StoreServer
  #replaced: StoreServer | undefined
  #unacknowledged: State[] = []
  acknowledged: Acknowledged[] = []

  constructor(deps: TruthDeps) {
    this.#deps = deps
    this.#withStandby = deps.random() < 0.5
    const head = this.#remember(beginning('e0'))
    this.#primary = { head, timeline: 1, leaseAtMs: 0, trimmedTo: 0 }
  }

  get head(): State {
    return this.#primary.head
  }

  find(epoch: string, nonce: string): State | undefined {
    return this.#states.get(`${epoch} ${nonce}`)
  }

  write(): void {
    const { random } = this.#deps
    const before = this.#primary.head
    const isLock = random() < 0.3
    const secret = pick(random, secrets)
    const keys = new Set(before.keys)
    if (!isLock && !keys.delete(secret)) keys.add(secret)
    const { epoch, number } = before.revision
    const state: State = {
      revision: { epoch, number: number + 1, nonce: nonceOf(++this.#nonces) },
      before,
      keys,
      locked: isLock ? !before.locked : before.locked,
      changed: isLock ? `principal:${ref.id}` : `credential:${secret}`,
    }
    this.#primary.head = this.#remember(state)
    this.#unacknowledged.push(state)
    if (random() < 0.7) this.acknowledge()
  }

  /** Of all that is committed, and was waited for by standbys where there are any. */
  acknowledge(): void {
    const atMs = this.#deps.clock.monotonic
    for (const state of this.#unacknowledged) this.acknowledged.push({ state, atMs })
    this.#unacknowledged = []
  }

  beat(): void {
    this.#primary.leaseAtMs = this.#deps.clock.monotonic
  }

  trim(): void {
    const { number } = this.#primary.head.revision
    this.#primary.trimmedTo = Math.max(this.#primary.trimmedTo, number - 1)
  }

  /** A standby takes over, with all that was acknowledged and perhaps not all that was committed. */
  failOver(): void {
    if (!this.#withStandby) return
    const { head, timeline, trimmedTo } = this.#primary
    const last = this.acknowledged.at(-1)?.state
    const candidates = since(head, 0).filter((state) => !last || isIn(state, last))
    const survivor = pick(this.#deps.random, candidates)
    this.#replaced = this.#primary
    this.#unacknowledged = this.#unacknowledged.filter((state) => isIn(survivor, state))
    const leaseAtMs = this.#deps.clock.monotonic
    this.#primary = { head: survivor, timeline: timeline + 1, leaseAtMs, trimmedTo }
  }

  /** A backup is brought back, and the operator says so: what came after it never was. */
  restore(): void {
    const { head, timeline, trimmedTo } = this.#primary
    const target = pick(this.#deps.random, since(head, 0))
    const revision = { ...target.revision, epoch: `e${++this.#epochs}` }
    const restored = this.#remember({ ...target, revision })
    this.acknowledged = this.acknowledged.filter(({ state }) => isIn(restored, state))
    this.#unacknowledged = []
    const leaseAtMs = this.#deps.clock.monotonic
    this.#primary = { head: restored, timeline, leaseAtMs, trimmedTo }
  }

  readChanges(request: ChangeRequest): Promise<ChangePage> {
    return this.#deps.network.send(() => {
      const server = this.#anyServer()
      if (request.prove && this.#withStandby) {
        if (server !== this.#primary) throw new Error('nobody confirms the commit')
        this.beat()
      }
      return pageOf(server, request, this.#authorityOf(server))
    })
  }

  async read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>> {
    const { network, stampsLate } = this.#deps
    const state = await network.send(() => this.#anyServer().head)
    const value = await work(transactionOn(state))
    if (!stampsLate) return { value, revision: state.revision }
    return { value, revision: await network.send(() => this.#primary.head.revision) }
  }

  #anyServer(): StoreServer {
    if (!this.#replaced || this.#deps.random() < 0.6) return this.#primary
    return this.#replaced
  }

  #authorityOf({ timeline, leaseAtMs }: StoreServer): Authority {
    if (!this.#withStandby) return { timeline, leaseAgeMs: 0 }
    return { timeline, leaseAgeMs: this.#deps.clock.monotonic - leaseAtMs }
  }

  #remember(state: State): State {
    const { epoch, nonce } = state.revision
    this.#states.set(`${epoch} ${nonce}`, state)
    return state
  }
}

function transactionOn({ keys, locked }: State): ReadTransaction {
  const credential = (hash: string): ApiKeyCredential => ({
    id: hash as ApiKeyId,
    organizationId,
    bearer: ref,
    narrowing: {},
  })
  const principal: Principal = {
    ref,
    organizationId,
    owner: false,
    status: locked ? 'locked' : 'active',
    groupIds: [],
    attributes: {},
    tags: [],
  }
  const decisions: ReadTransaction['decisions'] = {
    findCredential: async (hash) => (keys.has(hash) ? credential(hash) : undefined),
    findCredentialByKeyId: async () => undefined,
    findPrincipal: async () => principal,
    findProjectOrganization: async () => organizationId,
    policiesOf: async () => [],
    findPrincipals: async () => [],
    listPrincipals: async () => [],
  }
  return { decisions } as ReadTransaction
}
