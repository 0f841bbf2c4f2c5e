/**
 * A cache that the servers of one store share. It is trusted with nothing: it may be empty, old,
 * poisoned, hung or gone, and only what it costs changes.
 */
export interface SharedCache {
  /** `undefined`: not there, or not to be had at once. Never rejects. */
  get(key: string): Promise<Buffer | undefined>
  /** Returns at once; what becomes of it nobody waits for. */
  set(key: string, value: Buffer, ttlMs: number): void
}

/** For a server without one. */
export const noSharedCache: SharedCache = {
  get: async () => undefined,
  set: () => undefined,
}
