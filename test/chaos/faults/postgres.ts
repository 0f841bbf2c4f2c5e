import pg from 'pg'
import type { Weather } from '../../support/tcp-proxy.js'
import { beyondBound, type Fault, type Stage, silentStore } from '../fault.js'

/** The store is silent, gone, late, or full of others. */
export const postgresFaults: readonly Fault[] = [
  {
    name: 'PostgreSQL: SIGSTOP, shorter than the bound',
    mayRefuse: { reasons: silentStore },
    async run({ cluster, withinBound }) {
      cluster.postgres.signal('SIGSTOP')
      await withinBound()
      cluster.postgres.signal('SIGCONT')
    },
  },
  {
    name: 'PostgreSQL: SIGSTOP, longer than the bound',
    mayRefuse: { reasons: beyondBound },
    async run(stage) {
      stage.cluster.postgres.signal('SIGSTOP')
      await stage.beyondBound()
      stage.cluster.postgres.signal('SIGCONT')
    },
  },
  {
    name: 'PostgreSQL: SIGKILL, restarted',
    mayRefuse: { reasons: beyondBound },
    async run({ cluster, whileShort }) {
      await cluster.postgres.crash()
      await cluster.postgres.restart()
      await whileShort()
    },
  },
  {
    name: 'PostgreSQL: SIGKILL, restarted after the bound',
    isLong: true,
    mayRefuse: { reasons: beyondBound },
    async run(stage) {
      await stage.cluster.postgres.crash()
      await stage.beyondBound()
      await stage.cluster.postgres.restart()
    },
  },
  {
    name: 'PostgreSQL: one replica cut off from it',
    mayRefuse: { reasons: beyondBound, replicas: [0] },
    avoided: [0],
    run: (stage) => isolate(stage, 0, { kind: 'freeze' }),
  },
  {
    name: 'PostgreSQL: replies to one replica lost',
    mayRefuse: { reasons: beyondBound, replicas: [1] },
    async run(stage) {
      await isolate(stage, 1, { kind: 'freeze-replies' })
    },
  },
  {
    name: 'PostgreSQL: replies late',
    mayRefuse: { reasons: ['STORE_TIMEOUT'] },
    async run({ cluster, whileShort }) {
      for (const { postgres } of cluster.replicas) {
        postgres.setWeather({ kind: 'delay-replies', ms: 60 })
      }
      await whileShort()
      for (const { postgres } of cluster.replicas) postgres.setWeather({ kind: 'pass' })
    },
  },
  {
    name: 'PostgreSQL: connections reset again and again',
    mayRefuse: { reasons: silentStore },
    async run({ cluster, pause }) {
      for (let times = 0; times < 6; times++) {
        for (const { postgres } of cluster.replicas) postgres.cut()
        await pause(150)
      }
    },
  },
  {
    name: 'PostgreSQL: connections exhausted',
    mayRefuse: { reasons: silentStore },
    run: exhaust,
  },
]

async function isolate(stage: Stage, index: number, weather: Weather): Promise<void> {
  const { postgres } = stage.replica(index)
  postgres.setWeather(weather)
  await stage.beyondBound()
  postgres.setWeather({ kind: 'pass' })
}

const strangersMax = 100

/** Strangers take every connection that is left. */
async function exhaust({ cluster, whileShort }: Stage): Promise<void> {
  const strangers: pg.Client[] = []
  for (let count = 0; count < strangersMax; count++) {
    const stranger = new pg.Client({ connectionString: cluster.databaseUrl })
    stranger.on('error', () => undefined)
    const isIn = await stranger.connect().then(
      () => true,
      () => false,
    )
    if (!isIn) break
    strangers.push(stranger)
  }
  await whileShort()
  await Promise.all(strangers.map((stranger) => stranger.end()))
}
