import type { Api } from '../support/api.js'
import type { Change } from './history.js'
import type { Recorder } from './recorder.js'

/** One who writes, through one replica. */
export interface Administrator {
  /** Answers `undefined` when the write was not acknowledged. */
  write<T extends { readonly revision: string }>(
    act: (api: Api) => Promise<T>,
    change?: Change,
  ): Promise<T | undefined>
}

export function administrator(
  recorder: Recorder,
  { replica, api }: { readonly replica: number; readonly api: Api },
): Administrator {
  return {
    write: (act, change) =>
      recorder.write({ replica, ...(change && { change }) }, async () => act(api)),
  }
}

/** For what a run cannot begin without. */
export function needed<T>(result: T | undefined): T {
  if (result === undefined) throw new Error('a write that prepares the world was refused')
  return result
}
