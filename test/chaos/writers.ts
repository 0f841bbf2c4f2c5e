import { setTimeout as after } from 'node:timers/promises'
import { pick } from '../support/random.js'
import { administrator } from './administrator.js'
import type { Recorder } from './recorder.js'
import type { Replica } from './replica.js'
import type { World, WorldAct } from './world.js'

export interface WritersDeps {
  readonly world: World
  readonly recorder: Recorder
  readonly random: () => number
  /** Those that a write may go through now. */
  replicas(): readonly Replica[]
}

const writersMax = 3
const paceMs = 15

/** Grant and revoke until told to stop; each act belongs to one writer. */
export function startWriters(deps: WritersDeps): { stop(): Promise<void> } {
  let isStopped = false
  const write = async (acts: readonly WorldAct[]) => {
    while (!isStopped) {
      const replicas = deps.replicas()
      if (replicas.length > 0) await writeOnce(deps, pick(deps.random, acts), replicas)
      await after(paceMs)
    }
  }
  const writers = Array.from({ length: writersMax }, (_, index) =>
    write(deps.world.acts.filter((_, position) => position % writersMax === index)),
  )
  return {
    async stop() {
      isStopped = true
      await Promise.all(writers)
    },
  }
}

async function writeOnce(
  { recorder, random }: WritersDeps,
  act: WorldAct,
  replicas: readonly Replica[],
): Promise<void> {
  const replica = pick(random, replicas)
  const api = replica.owner(Math.floor(random() * 4))
  await act.act(administrator(recorder, { replica: replica.index, api }))
}
