import { expect, it } from 'vitest'
import { checkHistory } from '../chaos/check.js'
import { conclude } from '../chaos/conclusion.js'
import type { Fault } from '../chaos/fault.js'
import type { Answer, History, Refusal } from '../chaos/history.js'
import { type Phase, reportPhase } from '../chaos/report.js'

const quiet = { name: 'none', run: async () => undefined }
const cut: Fault = {
  ...quiet,
  name: 'cut',
  isTimed: true,
  mayRefuse: { reasons: ['STORE_TIMEOUT'], replicas: [0] },
}
const phases: Phase[] = [quiet, quiet, cut].map((fault) => ({
  fault,
  lostWrites: 0,
  recoveryMs: 0,
}))

function answers(phase: number, tookMs: number): Answer[] {
  return Array.from({ length: 10 }, (_, index) => ({
    phase,
    replica: 0,
    client: 'client',
    subject: 'nobody',
    demand: { kind: 'minimize-latency' },
    sentMs: index,
    receivedMs: index + tookMs,
    answer: 'deny KEY_NOT_FOUND',
    revision: { epoch: '', number: 0, nonce: '' },
    ageMs: 0,
    tier: 'memory',
  }))
}

function aRefusal(parts: Partial<Refusal>): Refusal {
  return {
    phase: 2,
    phaseAtEnd: 2,
    replica: 0,
    call: 'question',
    reason: 'STORE_TIMEOUT',
    message: '',
    ...parts,
  }
}

function problems(parts: Partial<History>, slowMs = 1): readonly string[] {
  const calm = [...answers(0, 1), ...answers(1, 1), ...answers(2, slowMs)]
  const history = { writes: [], answers: calm, refusals: [], ...parts }
  const verdict = checkHistory(history, 2_000)
  const reports = phases.map((_, index) => reportPhase(index, phases, { history, verdict }))
  return conclude(reports, { phases, sampleMin: 5, isCalmMachine: true }).problems
}

it('finds nothing wrong when nothing is', () => {
  expect(problems({})).toEqual([])
})

it.each([
  ['for what the fault explains', { refusals: [aRefusal({})] }, 0],
  ['for another reason', { refusals: [aRefusal({ reason: 'INTERNAL' })] }, 1],
  ['by a replica that is well', { refusals: [aRefusal({ replica: 1 })] }, 1],
  ['without any fault', { refusals: [aRefusal({ phase: 1, phaseAtEnd: 1 })] }, 1],
  ['when the next fault struck it', { refusals: [aRefusal({ phase: 1 })] }, 0],
])('counts refusals: %s', (_, history, count) => {
  expect(problems(history)).toHaveLength(count)
})

it('finds a run wrong in which nobody asked', () => {
  expect(problems({ answers: [...answers(0, 1), ...answers(1, 1)] })).toEqual([
    'cut: only 0 questions were asked',
  ])
})

it('finds memory that got slower wrong', () => {
  expect(problems({}, 11)).toEqual(['without Redis, memory was 2.2 times as slow'])
})
