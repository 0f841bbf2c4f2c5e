import type { Weather } from '../../support/tcp-proxy.js'
import { poisonAll } from '../attacker.js'
import type { Fault, Stage } from '../fault.js'

/** What lies between Redis and its clients, and what strangers do there. */
export const redisNetworkFaults: readonly Fault[] = [
  {
    name: 'Redis: slow',
    run: (stage) => underWeather(stage, { kind: 'delay-replies', ms: 300 }),
  },
  {
    name: 'Redis: half-open connections',
    async run(stage) {
      await underWeather(stage, { kind: 'freeze' })
      // Whoever vanished does not come back on the same connection.
      for (const { redis } of stage.cluster.replicas) redis.cut()
    },
  },
  {
    name: 'Redis: replies lost',
    run: (stage) => underWeather(stage, { kind: 'freeze-replies' }),
  },
  {
    name: 'Redis: connections reset again and again',
    async run({ cluster, pause }) {
      for (let times = 0; times < 8; times++) {
        for (const { redis } of cluster.replicas) redis.cut()
        await pause(100)
      }
    },
  },
  {
    name: 'Redis: another server in its place',
    async run(stage) {
      for (const { redis } of stage.cluster.replicas) redis.cut()
      await underWeather(stage, { kind: 'babble', text: 'HTTP/1.1 400 Bad Request\r\n\r\n' })
    },
  },
  {
    name: 'Redis: pub/sub cut',
    async run({ redis, pause }) {
      for (let times = 0; times < 16; times++) {
        await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await pause(50)
      }
    },
  },
  {
    name: 'Redis: false hints',
    async run({ redis, random, pause }) {
      const [channel = ''] = (await redis.pubsub('CHANNELS')) as string[]
      for (let times = 0; times < 16; times++) {
        const number = Math.floor(random() * 1e9)
        await redis.publish(channel, `00000000000000ff:${number}`)
        await redis.publish(channel, `${'9'.repeat(20)}:${'x'.repeat(1_000)}`)
        await pause(50)
      }
    },
  },
  {
    name: 'Redis: poisoned values',
    async run({ redis, random, pause }) {
      for (let times = 0; times < 5; times++) {
        await poisonAll(redis, random)
        await pause(150)
      }
      await redis.flushall()
    },
  },
]

async function underWeather({ cluster, whileShort }: Stage, weather: Weather): Promise<void> {
  for (const { redis } of cluster.replicas) redis.setWeather(weather)
  await whileShort()
  for (const { redis } of cluster.replicas) redis.setWeather({ kind: 'pass' })
}
