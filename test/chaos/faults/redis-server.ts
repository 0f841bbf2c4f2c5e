import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault, Stage } from '../fault.js'

/** Redis dies, hangs, or comes back with something else: nobody may notice. */
export const redisServerFaults: readonly Fault[] = [
  {
    name: 'Redis: SIGKILL',
    isTimed: true,
    async run(stage) {
      await stage.cluster.redis.kill()
      await stage.whileShort()
      await restartEmpty(stage)
    },
  },
  {
    name: 'Redis: SIGSTOP',
    isTimed: true,
    async run({ cluster, whileShort }) {
      cluster.redis.signal('SIGSTOP')
      await whileShort()
      cluster.redis.signal('SIGCONT')
    },
  },
  {
    name: 'Redis: restarted empty',
    async run(stage) {
      await stage.cluster.redis.kill()
      await restartEmpty(stage)
      await stage.whileShort()
    },
  },
  {
    name: 'Redis: restarted with old data',
    async run({ cluster, redis, whileShort }) {
      await redis.save()
      await whileShort()
      await cluster.redis.kill()
      await cluster.redis.restart()
      await whileShort()
    },
  },
  {
    name: 'Redis: everything flushed',
    async run({ redis, whileShort, pause }) {
      for (let times = 0; times < 5; times++) {
        await redis.flushall()
        await pause(100)
      }
      await whileShort()
    },
  },
  {
    name: 'Redis: full, evicts nothing',
    async run({ redis, whileShort }) {
      await redis.config('SET', 'maxmemory', '1mb')
      await whileShort()
      await redis.config('SET', 'maxmemory', '0')
    },
  },
  {
    name: 'Redis: asks for a password',
    async run({ redis, whileShort }) {
      await redis.config('SET', 'requirepass', 'nobody knows it')
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await whileShort()
      await redis.config('SET', 'requirepass', '')
    },
  },
  {
    name: 'Redis: a read-only replica',
    async run({ redis, whileShort }) {
      await redis.replicaof('127.0.0.1', 1)
      await whileShort()
      await redis.replicaof('NO', 'ONE')
    },
  },
]

async function restartEmpty({ cluster }: Stage): Promise<void> {
  rmSync(join(cluster.redis.directory, 'dump.rdb'), { force: true })
  await cluster.redis.restart()
}
