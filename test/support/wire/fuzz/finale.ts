import * as f from '../frames.js'
import type { ModelStream } from '../oracle/model-stream.js'
import { windowBytesMax } from '../oracle/settings.js'
import type { History } from './fuzz.js'
import { neverPath } from './methods.js'

/**
 * The end of a connection that nothing has ended: the client opens all windows and says its last word
 * on every stream. Then every call has to end, and everything that was held has to be given back.
 */
export async function finale(history: History): Promise<void> {
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
  for (let round = 0; round < 3 && history.isOpen; round++) await history.settle()
  if (!history.isOpen) return
  const left = [...model.open].map(({ id, path }) => `${id} ${path}`)
  history.require(left.length === 0, `calls that never end: ${left.join(', ')}`)
  history.require(history.budget.bytes === 0, `${history.budget.bytes} octets are held for nobody`)
  const half = Math.max(model.limits.connectionWindowBytes, 65_535) / 2
  history.require(model.receiveWindow >= half, "the connection's window leaks")
  ask(f.ping())
}

function lastWords({ id, path, hasClientEnded }: ModelStream): Buffer[] {
  if (path === neverPath) return [f.rstStream(id)]
  return hasClientEnded ? [] : [f.lastData(id)]
}
