import { hasFlag, paddedFlag, priorityFlag, type RawFrame, Type } from './octets.js'
import { ends, fine, type Verdict } from './verdict.js'

/** What a padded frame carries, and what is wrong with its padding. */
export interface Carried {
  readonly octets: Buffer
  readonly verdict: Verdict
}

const nothing = Buffer.alloc(0)

/**
 * RFC 9113 sections 6.1 and 6.2. A frame too short for its fixed fields has the wrong size; padding
 * that does not fit into what they leave is a mistake of its own.
 */
export function carried(frame: RawFrame): Carried {
  const isPadded = hasFlag(frame, paddedFlag)
  const isPrioritized = frame.type === Type.headers && hasFlag(frame, priorityFlag)
  const fixedBytes = (isPadded ? 1 : 0) + (isPrioritized ? 5 : 0)
  const { payload } = frame
  if (payload.length < fixedBytes) return { octets: nothing, verdict: ends('FRAME_SIZE_ERROR') }
  const paddingBytes = isPadded ? (payload[0] ?? 0) : 0
  if (paddingBytes > payload.length - fixedBytes) {
    return { octets: nothing, verdict: ends('PROTOCOL_ERROR') }
  }
  return { octets: payload.subarray(fixedBytes, payload.length - paddingBytes), verdict: fine }
}

/** Sections 6.2 and, for what it meant once, RFC 7540 section 5.3.1. */
export function dependsOnItself(frame: RawFrame): boolean {
  if (!hasFlag(frame, priorityFlag)) return false
  const at = hasFlag(frame, paddedFlag) ? 1 : 0
  if (frame.payload.length < at + 5) return false
  return (frame.payload.readUInt32BE(at) & 0x7fffffff) === frame.streamId
}
