import { type Asker, Pacer } from '../../src/service/pacer.js'

/** Time that never comes to its end. */
export const noHurry = () => new Pacer({ monotonicMs: () => 0, nextTurn: () => Promise.resolve() })

/** Every step takes all the time there is; `between` is what others do then. */
export function everyStep(between: () => Promise<void> | void): (asker?: Asker) => Pacer {
  let nowMs = 0
  return (asker) =>
    new Pacer({ monotonicMs: () => (nowMs += 1), nextTurn: async () => between() }, asker)
}
