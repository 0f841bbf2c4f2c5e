import type { Breaker } from './breaker.js'
import type { RedisConnection } from './redis-connection.js'
import type { SharedCache } from './shared-cache.js'
import type { Trouble } from './trouble.js'

export interface RedisCacheDeps {
  readonly connection: RedisConnection
  readonly breaker: Breaker
  /** Reading and writing fail for reasons of their own: a full Redis still answers. */
  readonly reading: Trouble
  readonly writing: Trouble
}

/** The shared cache on Redis or Valkey. Whatever goes wrong is a miss. */
export class RedisCache implements SharedCache {
  readonly #deps: RedisCacheDeps

  constructor(deps: RedisCacheDeps) {
    this.#deps = deps
    // Without a listener, a Redis that goes away would take the process along.
    deps.connection.on('error', (error: unknown) => deps.reading.met(error))
  }

  async get(key: string): Promise<Buffer | undefined> {
    const { connection, breaker, reading } = this.#deps
    if (!breaker.allows()) return undefined
    try {
      const value = await connection.getBuffer(key)
      breaker.succeeded()
      reading.over()
      return value ?? undefined
    } catch (error) {
      breaker.failed()
      reading.met(error)
      return undefined
    }
  }

  set(key: string, value: Buffer, ttlMs: number): void {
    const { connection, breaker, writing } = this.#deps
    if (breaker.isOpen || ttlMs < 1) return
    connection.set(key, value, 'PX', Math.ceil(ttlMs)).then(
      () => writing.over(),
      (error: unknown) => writing.met(error),
    )
  }
}
