import type { Oracle } from '../oracle/oracle.js'
import { nameOf } from '../oracle/verdict.js'

/** What a run has seen. */
export class Report {
  /** That the server was sent, and that were judged. */
  frames = 0
  connections = 0
  /** Streams that were answered. */
  answers = 0
  heldBytesMax = 0
  /** How often connections and streams ended with each code. */
  readonly connectionCodes: Record<string, number> = {}
  readonly streamCodes: Record<string, number> = {}

  /** A connection has come to its end. */
  add(oracle: Oracle, heldBytesPeak: number): void {
    this.connections += 1
    this.heldBytesMax = Math.max(this.heldBytesMax, heldBytesPeak)
    this.frames += oracle.model.framesCount
    this.answers += oracle.answersCount
    if (oracle.endedWith !== undefined) count(this.connectionCodes, nameOf(oracle.endedWith), 1)
    for (const [code, times] of oracle.resetCounts) count(this.streamCodes, nameOf(code), times)
  }

  merge(other: Report): void {
    this.frames += other.frames
    this.connections += other.connections
    this.answers += other.answers
    this.heldBytesMax = Math.max(this.heldBytesMax, other.heldBytesMax)
    for (const [name, times] of Object.entries(other.connectionCodes)) {
      count(this.connectionCodes, name, times)
    }
    for (const [name, times] of Object.entries(other.streamCodes)) {
      count(this.streamCodes, name, times)
    }
  }
}

function count(counts: Record<string, number>, name: string, times: number): void {
  counts[name] = (counts[name] ?? 0) + times
}
