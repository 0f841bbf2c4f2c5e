import { setTimeout as after } from 'node:timers/promises'
import { pick } from '../support/random.js'
import type { Demand } from './history.js'
import { ask } from './question.js'
import type { Recorder } from './recorder.js'
import type { Replica } from './replica.js'
import type { World } from './world.js'

export interface ClientsDeps {
  readonly world: World
  readonly recorder: Recorder
  readonly random: () => number
  readonly replicas: readonly Replica[]
  /** Between two questions of one client. */
  readonly paceMs: number
}

const clientsOfEachReplica = 8
const travellersMax = 6
/** Who was refused, or waits for many answers, asks less often; who waits for very many, not at all. */
const patientPaceMs = 100
const inFlightMax = 40

/** Ask until told to stop. */
export function startClients(deps: ClientsDeps): { stop(): Promise<void> } {
  const state = { isStopped: false }
  const residents = deps.replicas.flatMap((replica) =>
    Array.from({ length: clientsOfEachReplica }, (_, lane) =>
      reside(deps, { replica, lane, state }),
    ),
  )
  const travellers = Array.from({ length: travellersMax }, (_, index) =>
    travel(deps, { index, state }),
  )
  return {
    async stop() {
      state.isStopped = true
      await Promise.all([...residents, ...travellers])
    },
  }
}

interface State {
  isStopped: boolean
}

/** Asks one replica, and does not wait for an answer before it asks again. */
async function reside(
  deps: ClientsDeps,
  { replica, lane, state }: { replica: Replica; lane: number; state: State },
): Promise<void> {
  const waiting = new Set<Promise<unknown>>()
  let isRefused = false
  while (!state.isStopped) {
    await after(isRefused || waiting.size > 4 ? patientPaceMs : deps.paceMs)
    if (!replica.listed || waiting.size >= inFlightMax) continue
    const asked = ask(deps.recorder, {
      replica,
      lane,
      client: `resident ${replica.index}.${lane}`,
      subject: deps.world.pickSubject(deps.random),
      demand: aDemand(deps),
    })
    waiting.add(asked)
    void asked.then((token) => {
      waiting.delete(asked)
      isRefused = token === undefined
    })
  }
  await Promise.all(waiting)
}

function aDemand({ random, recorder }: ClientsDeps): Demand {
  const dice = random()
  if (dice < 0.06) return { kind: 'fully-consistent' }
  const token = recorder.newestToken
  if (dice > 0.12 || token === undefined) return { kind: 'minimize-latency' }
  return { kind: 'at-least-as-fresh', token }
}

/** Goes from replica to replica with the revision of its last answer, and never back in time. */
async function travel(
  deps: ClientsDeps,
  { index, state }: { index: number; state: State },
): Promise<void> {
  let token: string | undefined
  while (!state.isStopped) {
    await after(deps.paceMs)
    const listed = deps.replicas.filter((replica) => replica.listed)
    if (listed.length === 0) continue
    const answered = await ask(deps.recorder, {
      replica: pick(deps.random, listed),
      lane: index,
      client: `traveller ${index}`,
      subject: deps.world.pickSubject(deps.random),
      demand:
        token === undefined ? { kind: 'fully-consistent' } : { kind: 'at-least-as-fresh', token },
    })
    token = answered ?? token
    if (answered === undefined) await after(patientPaceMs)
  }
}
