import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from './redis-url.js'

const single = { topology: 'single', tls: false, database: 0 }

describe('a Redis URL', () => {
  it.each([
    ['redis://cache', { ...single, nodes: [{ host: 'cache', port: 6_379 }] }],
    ['redis://[::1]:7000/3', { ...single, nodes: [{ host: '::1', port: 7_000 }], database: 3 }],
    [
      'rediss://app:p%40ss@cache:6380',
      {
        ...single,
        tls: true,
        nodes: [{ host: 'cache', port: 6_380 }],
        username: 'app',
        password: 'p@ss',
      },
    ],
    [
      'redis://:only@cache',
      { ...single, nodes: [{ host: 'cache', port: 6_379 }], password: 'only' },
    ],
    [
      'redis-sentinel://a,b:26380/main?db=2',
      {
        ...single,
        topology: 'sentinel',
        nodes: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 26_380 },
        ],
        primary: 'main',
        database: 2,
      },
    ],
    [
      'rediss-cluster://a:1,b:2',
      {
        ...single,
        tls: true,
        topology: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
  ])('%s is read', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address)
  })

  it.each([
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis://a,b',
    'redis://cache:0',
    'redis://cache:65536',
    'redis://cache/name',
    'redis-sentinel://a',
    'redis-cluster://a/1',
    'redis-cluster://a?db=1',
    'redis://a b',
  ])('`%s` is none', (url) => {
    expect(parseRedisUrl(url)).toBeUndefined()
  })
})
