import { beyondBound, type Fault } from '../fault.js'

/** Several things at once. */
export const faultsOfBoth: readonly Fault[] = [
  {
    name: 'Redis killed and PostgreSQL frozen',
    mayRefuse: { reasons: beyondBound },
    async run(stage) {
      const { postgres, redis } = stage.cluster
      await redis.kill()
      postgres.signal('SIGSTOP')
      await stage.beyondBound()
      postgres.signal('SIGCONT')
      await redis.restart()
    },
  },
  {
    name: 'one replica cut off from everything',
    mayRefuse: { reasons: beyondBound, replicas: [2] },
    avoided: [2],
    async run(stage) {
      const { postgres, redis } = stage.replica(2)
      for (const proxy of [postgres, redis]) proxy.setWeather({ kind: 'freeze' })
      await stage.beyondBound()
      for (const proxy of [postgres, redis]) proxy.setWeather({ kind: 'pass' })
    },
  },
]
