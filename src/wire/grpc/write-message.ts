import type { Stream } from '../http2/stream.js'
import { messagePrefixBytes, putMessage } from '../http2/whole-answer.js'

/** Copies `message`. Answers whether there is room for more. */
export function writeMessage(stream: Stream, message: Uint8Array): boolean {
  if (stream.message(message)) return true
  const framed = Buffer.allocUnsafe(messagePrefixBytes + message.length)
  putMessage(framed, 0, message)
  return stream.write(framed)
}
