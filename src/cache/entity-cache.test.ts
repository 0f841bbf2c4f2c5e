import { describe, expect, it } from 'vitest'
import type { EntityValue } from '../service/entities.js'
import { EntityCache } from './entity-cache.js'

const something = [] as EntityValue
const limits = { entriesMax: 10, bytesMax: 10_000, absentMax: 2 }

describe('the cache of entities', () => {
  it('forgets an entity with anything that it was built from', () => {
    const cache = new EntityCache(limits)
    cache.set('bindings:g', { value: something, keys: ['bindings:g', 'policy:p', 'policy:q'] })
    cache.set('bindings:h', { value: something, keys: ['bindings:h', 'policy:q'] })
    cache.evict('policy:p')
    expect(cache.get('bindings:g')).toBeUndefined()
    expect(cache.get('bindings:h')).toBeDefined()
    cache.evict('policy:q')
    expect(cache.get('bindings:h')).toBeUndefined()
  })

  it('knows absence from not knowing', () => {
    const cache = new EntityCache(limits)
    expect(cache.get('credential:a')).toBeUndefined()
    cache.set('credential:a', { value: undefined, keys: ['credential:a'] })
    expect(cache.get('credential:a')).toEqual({ value: undefined, keys: ['credential:a'] })
    cache.evict('credential:a')
    expect(cache.get('credential:a')).toBeUndefined()
  })

  it('does not let what is absent drive out what is there', () => {
    const cache = new EntityCache(limits)
    cache.set('principal:p', { value: something, keys: ['principal:p'] })
    for (let i = 0; i < 100; i++) {
      cache.set(`credential:${i}`, { value: undefined, keys: [`credential:${i}`] })
    }
    expect(cache.get('principal:p')).toBeDefined()
    expect(cache.size).toBe(3)
  })
})
