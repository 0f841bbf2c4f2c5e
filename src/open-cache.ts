import { type CacheDeps, type OpenCache, openCache } from './cache/open-cache.js'
import type { CacheConfig } from './config.js'
import { readRedisSettings } from './redis-settings.js'
import { systemClock } from './system-clock.js'
import type { Logger } from './telemetry/log.js'

export interface CacheParts extends Omit<CacheDeps, 'clock' | 'random' | 'onTrouble'> {
  readonly log: Logger
}

/** What lies between decisions and the store, on the clocks of this machine. */
export function openCacheOf(config: CacheConfig, { log, ...deps }: CacheParts): OpenCache {
  const { redis, ...settings } = config
  return openCache(
    { ...settings, ...(redis && { redis: readRedisSettings(redis) }) },
    {
      ...deps,
      clock: systemClock,
      random: Math.random,
      onTrouble(part, error) {
        // Its message alone: clients hang the command that failed, with all its words, on an error.
        if (error) log.warn({ part, why: error.message }, 'works less well than it should')
        else log.info({ part }, 'works again')
      },
    },
  )
}
