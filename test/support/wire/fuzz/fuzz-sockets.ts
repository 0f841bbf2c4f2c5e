import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBehind } from './behind.js'
import { Chance } from './chance.js'
import { Grammar } from './grammar.js'
import { Report } from './report.js'
import { SocketHistory } from './socket-history.js'

/**
 * The same frames and the same oracle, but for whole servers with sockets: every fourth through the
 * kernel, the others in memory, where one seed is one history.
 */
export async function fuzzSockets(seed: number, framesMax: number): Promise<Report> {
  const report = new Report()
  const chance = new Chance(seed)
  const grammar = new Grammar(chance)
  const behind = startBehind()
  const directory = mkdtempSync(join(tmpdir(), 'wire-fuzz-'))
  try {
    while (report.frames < framesMax) {
      const number = report.connections + 1
      const name = `sockets, seed ${seed}, connection ${number}`
      const socketPath = number % 4 === 0 ? join(directory, `${number}`) : undefined
      await new SocketHistory({ name, chance, grammar, report, behind, socketPath }).run()
    }
  } finally {
    behind.close()
    rmSync(directory, { recursive: true })
  }
  return report
}
