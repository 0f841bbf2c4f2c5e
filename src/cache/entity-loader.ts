import type { CompiledPolicy } from '../domain/policy.js'
import { type EntityValue, type EntityWant, keyOfWant } from '../service/entities.js'
import type { Stamped, Store } from '../service/ports/store.js'
import type { Revision } from '../service/revision.js'
import { Semaphore } from '../service/semaphore.js'
import type { ChangeFeed } from './change-feed.js'
import type { ChangeWindow } from './change-window.js'
import type { Clock } from './clock.js'
import type { EntityCodec } from './codec.js'
import type { EntityCache } from './entity-cache.js'
import { Flights } from './flights.js'
import type { SharedKeys } from './keys.js'
import { loadEntity } from './load-entity.js'
import type { Sealer } from './sealed-entry.js'
import type { SharedCache } from './shared-cache.js'
import type { Tally } from './tally.js'

/** Where an entity came from. */
export type LoadedFrom = 'shared' | 'store'

/** The shared cache, and what it takes to write and believe its entries. */
export interface SharedTier {
  readonly cache: SharedCache
  readonly keys: SharedKeys
  readonly sealer: Sealer
  readonly codec: EntityCodec
  /** Called for each entry that was read: whether a server of this store wrote it. */
  onEntry?(isGenuine: boolean): void
  /** From 0 to 1: entries that were written together must not end together. */
  random(): number
}

export interface EntityLoaderDeps {
  readonly store: Pick<Store, 'read'>
  readonly shared?: SharedTier
  readonly clock: Clock
  readonly feed: ChangeFeed
  readonly window: ChangeWindow
  readonly cache: EntityCache
  readonly tally: Tally
  readonly limits: LoadLimits
}

export interface LoadLimits {
  readonly loadsMax: number
  readonly waitingLoadsMax: number
}

const sharedTtlMs = 600_000
const sharedBytesMax = 65_536

/**
 * Brings entities into memory: from the shared cache, else from the store. Whatever it brings is
 * kept only if the log, as far as this process has applied it, shows no later change.
 */
export class EntityLoader {
  readonly #deps: EntityLoaderDeps
  readonly #flights: Flights<LoadedFrom>
  readonly #loads: Semaphore

  constructor(deps: EntityLoaderDeps) {
    this.#deps = deps
    this.#flights = new Flights(() => {
      deps.tally.joinedLoads += 1
    })
    this.#loads = new Semaphore({
      concurrencyMax: deps.limits.loadsMax,
      waitingMax: deps.limits.waitingLoadsMax,
    })
  }

  /** Resolves when memory holds the entity, or a change was faster: the caller looks again. */
  load(want: EntityWant): Promise<LoadedFrom> {
    const id = keyOfWant(want)
    return this.#flights.join(id, async () => {
      if (await this.#takeShared(id, want)) return 'shared'
      await this.#takeStored(id, want)
      return 'store'
    })
  }

  async #takeShared(id: string, want: EntityWant): Promise<boolean> {
    const { shared, feed, tally } = this.#deps
    if (!shared) return false
    const { epoch } = feed.applied
    const key = shared.keys(epoch, want)
    const sealed = await shared.cache.get(key)
    if (!sealed) return false
    const opened = shared.sealer.open(key, sealed)
    if (opened === 'forged') tally.forgedEntries += 1
    if (opened !== 'unknown') shared.onEntry?.(opened !== 'forged')
    if (typeof opened === 'string') return false
    const revision = { epoch, number: opened.number, nonce: opened.nonce }
    const decoded = shared.codec.decode(want, opened.payload)
    return (
      decoded !== 'unreadable' && this.#keep(id, want, { from: 'shared', ...decoded, revision })
    )
  }

  async #takeStored(id: string, want: EntityWant): Promise<void> {
    const { store } = this.#deps
    const loaded = await this.#loads.run(() => store.read((tx) => loadEntity(tx.decisions, want)))
    this.#share(want, loaded)
    await this.#keep(id, want, { from: 'store', ...loaded })
  }

  /**
   * What was read from a state that this process has not applied yet waits for the feed; what raced
   * a change, or began in another history, is dropped, and the next round loads again.
   */
  async #keep(id: string, want: EntityWant, read: Read): Promise<boolean> {
    const { feed, window, cache, tally } = this.#deps
    if (isAhead(read.revision, feed.applied)) await feed.catchUp()
    const keys = [id, ...dependenciesOf(want, read.value)]
    if (!window.isCurrent(keys, read.revision)) {
      tally.refusedFills[read.from] += 1
      return false
    }
    const endsAtMs = this.#endOf(read.value)
    cache.set(id, { value: read.value, keys, ...(endsAtMs !== undefined && { endsAtMs }) })
    return true
  }

  #share(want: EntityWant, { value, revision }: Stamped<EntityValue>): void {
    const { shared, clock } = this.#deps
    // To write down what is far too large takes long, and comes to nothing.
    if (!shared || shared.codec.bytesMin(value) > sharedBytesMax) return
    const payload = shared.codec.encode(value)
    if (payload.length > sharedBytesMax) return
    const key = shared.keys(revision.epoch, want)
    const lifeMs = sharedTtlMs * (0.9 + 0.1 * shared.random())
    const leftMs = (this.#endOf(value) ?? Number.POSITIVE_INFINITY) - clock.wallMs()
    shared.cache.set(key, shared.sealer.seal(key, revision, payload), Math.min(lifeMs, leftMs))
  }

  /** The next instant at which time alone makes the value another. */
  #endOf(value: EntityValue): number | undefined {
    if (typeof value !== 'object' || !('expiresAtMs' in value)) return undefined
    const { expiresAtMs } = value
    return expiresAtMs > this.#deps.clock.wallMs() ? expiresAtMs : undefined
  }
}

interface Read extends Stamped<EntityValue> {
  readonly from: LoadedFrom
}

function isAhead(revision: Revision, applied: Revision): boolean {
  return revision.epoch !== applied.epoch || revision.number > applied.number
}

/** Policies are held with their holder, and change under keys of their own. */
function dependenciesOf(want: EntityWant, value: EntityValue): string[] {
  if (want.kind !== 'bindings') return []
  return ((value ?? []) as readonly CompiledPolicy[]).map((policy) => `policy:${policy.id}`)
}
