import type { CallLimits } from '../../../../src/wire/grpc/call.js'
import {
  type ConnectionLimits,
  defaultConnectionLimits,
} from '../../../../src/wire/http2/limits.js'
import { MemoryBudget } from '../../../../src/wire/http2/memory-budget.js'
import type { Chance } from './chance.js'

/** How one connection is served and treated. */
export interface FuzzSettings {
  readonly limits: ConnectionLimits & Pick<CallLimits, 'messageBytesMax'>
  readonly budgetBytes: number
  /** One frame in so many breaks a rule; 0 for none. */
  readonly hostility: number
  readonly framesPerReading: number
}

const low = { burst: 6, perSecond: 20 }

/** Limits that are reached are what has to be tried: some are low, another time others. */
export function drawSettings(chance: Chance): FuzzSettings {
  const rate = (usual: { readonly burst: number; readonly perSecond: number }) =>
    chance.oneIn(6) ? low : usual
  const { resets, pings, settings, idleFrames } = defaultConnectionLimits
  return {
    limits: {
      ...defaultConnectionLimits,
      messageBytesMax: 100_000,
      bufferedBytesMax: Number.POSITIVE_INFINITY,
      streamsMax: chance.pick([20, 20, 3]),
      streamWindowBytes: chance.pick([1_048_576, 70_000, 20_000]),
      connectionWindowBytes: chance.pick([4_194_304, 100_000, 65_535]),
      headerBlockBytesMax: chance.pick([98_304, 20_000]),
      framesPerTurn: chance.pick([256, 3, 1]),
      resets: rate(resets),
      pings: rate(pings),
      settings: rate(settings),
      idleFrames: rate(idleFrames),
    },
    budgetBytes: chance.pick([1_000_000, 150_000]),
    hostility: chance.pick([0, 300, 40, 8]),
    framesPerReading: chance.pick([1, 1, 12]),
  }
}

/** Tells whether it has refused anything: the limit that a verdict may rest on. */
export class WatchedBudget extends MemoryBudget {
  bytesPeak = 0
  #hasRefused = false

  override take(bytes: number): boolean {
    const isTaken = super.take(bytes)
    if (isTaken) this.bytesPeak = Math.max(this.bytesPeak, this.bytes)
    else this.#hasRefused = true
    return isTaken
  }

  /** Since this was asked last. */
  hasRefused(): boolean {
    const hasRefused = this.#hasRefused
    this.#hasRefused = false
    return hasRefused
  }
}
