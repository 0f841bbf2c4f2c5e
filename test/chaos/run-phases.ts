import { setTimeout as after } from 'node:timers/promises'
import { execute } from '../support/postgres-server.js'
import { administrator } from './administrator.js'
import { startClients } from './clients.js'
import { boundMs, type Cluster } from './cluster.js'
import type { Fault, Stage } from './fault.js'
import { findLostWrites, type LoggedRevision } from './lost-writes.js'
import { ask } from './question.js'
import { Recorder } from './recorder.js'
import type { Replica } from './replica.js'
import type { Phase } from './report.js'
import { createWorld, type World } from './world.js'
import { startWriters } from './writers.js'

export interface RunDeps {
  readonly cluster: Cluster
  readonly random: () => number
  readonly shortMs: number
  readonly paceMs: number
  readonly restarts: number
  readonly faults: readonly Fault[]
  /** Called when a phase begins. */
  onPhase(name: string): void
}

export interface RunResult {
  readonly recorder: Recorder
  readonly phases: readonly Phase[]
}

/** Drives load and changes through one fault after another; judges nothing yet. */
export async function runPhases(deps: RunDeps): Promise<RunResult> {
  const { cluster } = deps
  const recorder = new Recorder()
  const by = administrator(recorder, { replica: 0, api: replicaOf(cluster, 0).owner(0) })
  const world = await createWorld(by)
  const run: Run = { ...deps, recorder, world }
  const load = startLoad(run)
  const stage = aStage(deps)
  const phases: Phase[] = []
  try {
    for (const fault of deps.faults) phases.push(await suffer(run, { fault, stage, load }))
  } finally {
    stage.redis.disconnect()
    await load.stop()
  }
  await askEverywhere(run)
  return { recorder, phases: await withLastCount(phases, run) }
}

interface Run extends RunDeps {
  readonly recorder: Recorder
  readonly world: World
}

interface Load {
  /** Administration stays away from some replicas. */
  avoid(replicas: readonly number[]): void
  stop(): Promise<void>
}

function startLoad(run: Run): Load {
  const { replicas } = run.cluster
  let avoided: readonly number[] = []
  const mayWrite = ({ index, listed }: Replica) => listed && !avoided.includes(index)
  const writers = startWriters({ ...run, replicas: () => replicas.filter(mayWrite) })
  const clients = startClients({ ...run, replicas })
  return {
    avoid(replicas) {
      avoided = replicas
    },
    async stop() {
      await writers.stop()
      await clients.stop()
    },
  }
}

interface Trial {
  readonly fault: Fault
  readonly stage: Stage
  readonly load: Load
}

async function suffer(run: Run, { fault, stage, load }: Trial): Promise<Phase> {
  const { cluster, recorder, world } = run
  run.onPhase(fault.name)
  load.avoid(fault.avoided ?? [])
  recorder.phase += 1
  await fault.run(stage)
  const recoveryMs = await recover(cluster.replicas, world)
  // What cannot be mended now is mended after the next fault.
  const mender = administrator(recorder, { replica: 1, api: replicaOf(cluster, 1).owner(0) })
  await world.mend(mender).catch(() => undefined)
  await after(calmMs)
  return { fault, recoveryMs, lostWrites: await countLost(run) }
}

function replicaOf({ replicas }: Cluster, index: number): Replica {
  const found = replicas[index]
  if (!found) throw new Error(`there is no replica ${index}`)
  return found
}

const calmMs = 80

function aStage({ cluster, random, shortMs, restarts }: RunDeps): Stage {
  return {
    cluster,
    redis: cluster.redisClient(),
    random,
    restarts,
    replica: (index) => replicaOf(cluster, index),
    whileShort: () => after(shortMs),
    withinBound: () => after(boundMs / 2),
    beyondBound: () => after(boundMs + Math.max(500, shortMs / 3)),
    pause: (ms) => after(ms),
  }
}

const recoveryMaxMs = 15_000

/** Until every replica knows the present again; answers how long that took. */
async function recover(replicas: readonly Replica[], world: World): Promise<number> {
  const startMs = performance.now()
  for (const replica of replicas) {
    const probe = () => {
      // Not of the history: what it meets belongs to nobody.
      const unheard = new Recorder()
      const [subject] = world.subjects()
      if (!subject) throw new Error('the world is empty')
      const demand = { kind: 'fully-consistent' } as const
      return ask(unheard, { replica, lane: 3, client: 'probe', subject, demand })
    }
    while ((await probe()) === undefined) {
      if (performance.now() - startMs > recoveryMaxMs) {
        throw new Error(`replica ${replica.index} did not recover`)
      }
      await after(20)
    }
  }
  return performance.now() - startMs
}

async function countLost({ cluster, recorder }: Run): Promise<number> {
  // What is acknowledged after the log was read need not be in it.
  const acknowledged = recorder.history.writes.filter((write) => write.acknowledged)
  const log = await execute(cluster.databaseUrl, 'select rev::int as rev, nonce from change_log')
  return findLostWrites(acknowledged, log as LoggedRevision[]).length
}

/** The log once more when everything is over: what was there must still be there. */
async function withLastCount(phases: readonly Phase[], run: Run): Promise<readonly Phase[]> {
  const last = phases.at(-1)
  if (!last) return phases
  const lostWrites = Math.max(last.lostWrites, await countLost(run))
  return [...phases.slice(0, -1), { ...last, lostWrites }]
}

/** Every subject, on every replica, as of now: a right that was lost would show here. */
async function askEverywhere({ recorder, cluster, world }: Run): Promise<void> {
  const demand = { kind: 'fully-consistent' } as const
  for (const [index, subject] of world.subjects().entries()) {
    const asked = cluster.replicas.map((replica) =>
      ask(recorder, { replica, lane: index, client: 'last', subject, demand }),
    )
    await Promise.all(asked)
  }
}
