import { uint31At } from '../octets.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import { Flag, type Frame } from './frame.js'

/**
 * RFC 9113 section 6.1: moves the frame's bounds past the padding, which may be all there is but for
 * the `fixedBytes` of other fields.
 */
export function stripPadding(frame: Frame, fixedBytes = 0): void {
  if ((frame.flags & Flag.padded) === 0) return
  const room = frame.end - frame.start - 1 - fixedBytes
  if (room < 0) {
    throw new ConnectionError(ErrorCode.frameSizeError, 'the length of the padding is missing')
  }
  const padding = frame.octets[frame.start] ?? 0
  if (padding > room) {
    throw new ConnectionError(ErrorCode.protocolError, 'the padding is longer than the frame')
  }
  frame.start += 1
  frame.end -= padding
}

/** What a HEADERS frame with that flag has before its block. */
export const priorityBytes = 5

/** Section 5.3.2: signals of priority are read over. Answers whether the stream waits for itself. */
export function stripPriority(frame: Frame): boolean {
  if ((frame.flags & Flag.priority) === 0) return false
  if (frame.end - frame.start < priorityBytes) {
    throw new ConnectionError(ErrorCode.frameSizeError, 'the priority is cut off')
  }
  const isOwnParent = dependsOnItself(frame)
  frame.start += priorityBytes
  return isOwnParent
}

export function dependsOnItself({ octets, start, streamId }: Frame): boolean {
  return uint31At(octets, start) === streamId
}

export function requireLength(frame: Frame, bytes: number): void {
  if (frame.end - frame.start !== bytes) {
    throw new ConnectionError(ErrorCode.frameSizeError, 'a frame of fixed size has another')
  }
}

export function requireStream({ streamId }: Frame): void {
  if (streamId === 0) throw new ConnectionError(ErrorCode.protocolError, 'a frame names no stream')
}

export function requireNoStream({ streamId }: Frame): void {
  if (streamId !== 0) {
    throw new ConnectionError(ErrorCode.protocolError, 'a frame of the connection names a stream')
  }
}
