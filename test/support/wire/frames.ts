import type { Fields } from '../../../src/wire/fields.js'
import { encodeFields } from '../../../src/wire/hpack/encoder.js'
import { Flag, FrameType } from '../../../src/wire/http2/frame.js'
import { clientPreface } from '../../../src/wire/http2/preface.js'
import { encodeSettings } from '../../../src/wire/http2/settings.js'

/** Frames as a client sends them, well or badly formed. */

export const preface = clientPreface

export interface FrameParts {
  readonly type: number
  readonly flags?: number
  readonly streamId?: number
  readonly payload?: Uint8Array
}

export function frame({ type, flags = 0, streamId = 0, payload = Buffer.of() }: FrameParts) {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(streamId, 5)
  return Buffer.concat([header, payload])
}

export const endStream = Flag.endStream
export const endHeaders = Flag.endHeaders
export const padded = Flag.padded
export const withPriority = Flag.priority

export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  return frame({ type: FrameType.settings, payload: encodeSettings(pairs) })
}

export function settingsAck(): Buffer {
  return frame({ type: FrameType.settings, flags: Flag.ack })
}

export function ping(text = '\0\0\0\0\0\0\0\x07', flags = 0): Buffer {
  return frame({ type: FrameType.ping, flags, payload: Buffer.from(text, 'latin1') })
}

export function goaway(lastStreamId = 0, code = 0): Buffer {
  return frame({ type: FrameType.goaway, payload: words(lastStreamId, code) })
}

export function windowUpdate(streamId: number, bytes: number): Buffer {
  return frame({ type: FrameType.windowUpdate, streamId, payload: words(bytes) })
}

export function rstStream(streamId: number, code = 8): Buffer {
  return frame({ type: FrameType.rstStream, streamId, payload: words(code) })
}

/** `dependency` with its first bit set is exclusive. */
export function priority(streamId: number, dependency = 0, weight = 15): Buffer {
  const payload = Buffer.concat([words(dependency), Buffer.of(weight)])
  return frame({ type: FrameType.priority, streamId, payload })
}

export function data(streamId: number, payload: Uint8Array | string, flags = 0): Buffer {
  return frame({ type: FrameType.data, streamId, flags, payload: Buffer.from(payload) })
}

export function lastData(streamId: number, payload: Uint8Array | string = ''): Buffer {
  return data(streamId, payload, Flag.endStream)
}

export function headers(
  streamId: number,
  block: Uint8Array | Fields,
  flags: number = Flag.endHeaders,
): Buffer {
  const payload = block instanceof Uint8Array ? block : encodeFields(block)
  return frame({ type: FrameType.headers, streamId, flags, payload })
}

/** A whole request without a body. */
export function request(streamId: number, block: Uint8Array | Fields = callFields()): Buffer {
  return headers(streamId, block, Flag.endHeaders | Flag.endStream)
}

export function continuation(streamId: number, block: Uint8Array, flags = 0): Buffer {
  return frame({ type: FrameType.continuation, streamId, flags, payload: block })
}

export function words(...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) octets.writeUInt32BE(value, index * 4)
  return octets
}

/** The headers of a call; those given replace or follow. */
export function callFields(path = '/test.Echo/Unary', ...more: readonly string[]): string[] {
  return [
    ...[':method', 'POST', ':scheme', 'http', ':path', path, ':authority', 'localhost'],
    ...['te', 'trailers', 'content-type', 'application/grpc'],
    ...more,
  ]
}

/** A message as gRPC frames it. */
export function message(text: Uint8Array | string, flag = 0): Buffer {
  const octets = Buffer.from(text)
  return Buffer.concat([Buffer.of(flag), words(octets.length), octets])
}

/** Headers and one message. */
export function unaryCall(streamId: number, text = '', path?: string): Buffer {
  return Buffer.concat([headers(streamId, callFields(path)), lastData(streamId, message(text))])
}
