import type { Administration } from './administration.js'
import { Semaphore } from './semaphore.js'

/** Of the store's few readers, most must be left for the questions that cannot wait. */
const atOnceMax = 2
const waitingMax = 50

/**
 * The same administration for acts that take their time, such as searches and simulations: a few at
 * once, a few more that wait. Others reject with `unavailable`.
 */
export function limitLongActs(administration: Administration): Administration {
  const semaphore = new Semaphore({ concurrencyMax: atOnceMax, waitingMax })
  return {
    read: (session, work) => semaphore.run(() => administration.read(session, work)),
    write: (session, work, retry) =>
      semaphore.run(() => administration.write(session, work, retry)),
  }
}
