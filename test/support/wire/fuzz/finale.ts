import * as f from '../frames.js'
import type { ModelStream } from '../oracle/model-stream.js'
import type { Oracle } from '../oracle/oracle.js'
import { windowBytesMax } from '../oracle/settings.js'
import { behindNeverPath } from './behind.js'
import { neverPath } from './methods.js'

export interface Finishing {
  readonly oracle: Oracle
  readonly isOpen: boolean
  readonly heldBytes: number
  send(octets: Buffer): void
  /** Until the server has looked at everything, and handlers had their time. */
  settle(): Promise<void>
  /** As much time passes as the server takes to notice what has left. */
  wait(): Promise<void>
  require(isSo: boolean, what: string): void
}

/** Enough for every answer that only waits for its turn. */
const roundsMax = 300

/**
 * The end of a connection that nothing has ended: the client opens all windows and says its last word
 * on every stream. Then every call has to end, and everything that was held has to be given back.
 */
export async function finale(history: Finishing): Promise<void> {
  const { model } = history.oracle
  if (!history.oracle.isBetweenFrames) return
  const ask = (octets: Buffer) => {
    if (history.isOpen) history.send(octets)
  }
  const room = windowBytesMax - model.granted
  if (room > 0) ask(f.windowUpdate(0, room))
  for (const stream of [...model.open]) {
    const own = windowBytesMax - model.settings.windowBytes - stream.granted
    if (!stream.isClosed && own > 0) ask(f.windowUpdate(stream.id, Math.min(own, windowBytesMax)))
    if (!stream.isClosed) for (const word of lastWords(stream)) ask(word)
  }
  const isOver = () => model.open.size === 0 && history.heldBytes === 0
  for (let round = 0; round < roundsMax && history.isOpen && !(round > 2 && isOver()); round++) {
    await history.settle()
  }
  if (history.isOpen && !isOver()) await history.wait()
  if (!history.isOpen) return
  const left = [...model.open].map(({ id, path }) => `${id} ${path}`)
  history.require(left.length === 0, `calls that never end: ${left.join(', ')}`)
  history.require(history.heldBytes === 0, `${history.heldBytes} octets are held for nobody`)
  const half = Math.max(model.limits.connectionWindowBytes, 65_535) / 2
  history.require(model.receiveWindow >= half, "the connection's window leaks")
  ask(f.ping())
  await history.settle()
}

function lastWords({ id, path, hasClientEnded }: ModelStream): Buffer[] {
  if (path === neverPath || path === behindNeverPath) return [f.rstStream(id)]
  return hasClientEnded ? [] : [f.lastData(id)]
}
