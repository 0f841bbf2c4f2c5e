import { AuthorizeRequest, Freshness_Tier } from '../../src/grpc/gen/postern/v1/authorization.js'
import { decodeRevision } from '../../src/service/revision.js'
import { describeAnswer } from '../support/acts.js'
import type { Demand, Tier } from './history.js'
import type { Recorder } from './recorder.js'
import type { Replica } from './replica.js'
import type { Subject } from './subject.js'

export interface Question {
  readonly replica: Replica
  readonly lane: number
  readonly client: string
  readonly subject: Subject
  readonly demand: Demand
}

/** Asks, and writes down what came of it; answers the token of the answer, if there was one. */
export async function ask(recorder: Recorder, question: Question): Promise<string | undefined> {
  const { replica, lane, client, subject, demand } = question
  const { phase } = recorder
  const { apiKey, action } = subject
  const request = AuthorizeRequest.fromPartial({ apiKey, action, resource: {} })
  const sentMs = performance.now()
  try {
    const consistency = toWire(demand)
    const answer = await replica.anyone(lane).authorization.authorize({ ...request, consistency })
    recorder.history.answers.push({
      phase,
      replica: replica.index,
      client,
      subject: subject.name,
      demand,
      sentMs,
      receivedMs: performance.now(),
      answer: describeAnswer(answer),
      revision: decodeRevision(answer.revision),
      ageMs: toMs(answer.freshness?.age),
      tier: tiers[answer.freshness?.tier ?? 0] ?? 'store',
    })
    return answer.revision
  } catch (error) {
    recorder.refused({ phase, replica: replica.index, call: 'question' }, error)
    return undefined
  }
}

const tiers: Readonly<Record<number, Tier>> = {
  [Freshness_Tier.MEMORY]: 'memory',
  [Freshness_Tier.SHARED]: 'shared',
}

function toWire(demand: Demand): NonNullable<AuthorizeRequest['consistency']> {
  switch (demand.kind) {
    case 'minimize-latency':
      return { requirement: { $case: 'minimizeLatency', value: true } }
    case 'at-least-as-fresh':
      return { requirement: { $case: 'atLeastAsFresh', value: demand.token } }
    case 'fully-consistent':
      return { requirement: { $case: 'fullyConsistent', value: true } }
    default:
      return demand satisfies never
  }
}

function toMs(duration: { seconds: bigint; nanos: number } | undefined): number {
  if (!duration) return Number.POSITIVE_INFINITY
  return Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000
}
