import { LRUCache } from 'lru-cache'
import type { AuthorizationView } from '../domain/authorization-view.js'
import type { Principal } from '../domain/principal.js'
import type { CachedEntity } from './entity-cache.js'

interface Remembered {
  readonly view: AuthorizationView
  readonly entries: readonly (CachedEntity | undefined)[]
}

/** As many as a busy process asks for; a smaller cache of entries has no use for so many. */
const viewsMax = 20_000

/**
 * Remembers the joined view of each principal for as long as every entry that it was joined from is
 * the very one in the cache: an entry that was evicted and loaded again is another object.
 */
export class ViewMemo {
  readonly #views: LRUCache<string, Remembered>

  /** A view is remembered for its entries only, so it takes no more views than entries. */
  constructor(entriesMax: number) {
    this.#views = new LRUCache({ max: Math.min(viewsMax, entriesMax) })
  }

  get(
    { ref }: Principal,
    entries: readonly (CachedEntity | undefined)[],
    create: () => AuthorizationView,
  ): AuthorizationView {
    const known = this.#views.get(ref.id)
    if (known && isSame(known.entries, entries)) return known.view
    const view = create()
    this.#views.set(ref.id, { view, entries })
    return view
  }

  clear(): void {
    this.#views.clear()
  }
}

/** An entry that is not held is no ground for a view. */
function isSame(
  a: readonly (CachedEntity | undefined)[],
  b: readonly (CachedEntity | undefined)[],
): boolean {
  if (a.length !== b.length) return false
  return a.every((entry, index) => entry !== undefined && entry === b[index])
}
