import { BinaryReader } from '@bufbuild/protobuf/wire'
import { DomainError } from '../domain/errors.js'

interface Decoder<T> {
  decode(input: BinaryReader): T
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws `invalid` for bytes that are no such message, text that is no UTF-8 included. */
export function decodeStrictly<T>(message: Decoder<T>, bytes: Uint8Array): T {
  return readStrictly(bytes, (reader) => message.decode(reader))
}

/** The same for who reads field by field. */
export function readStrictly<T>(bytes: Uint8Array, read: (reader: BinaryReader) => T): T {
  try {
    // The generated decoders would mend such text in silence.
    return read(new BinaryReader(bytes, (part) => utf8.decode(part)))
  } catch (cause) {
    throw malformed(cause)
  }
}

function malformed(cause: unknown): DomainError {
  const description = 'must be a valid message with UTF-8 text'
  return new DomainError('invalid', {
    reason: 'MESSAGE_MALFORMED',
    message: `request: ${description}`,
    violations: [{ field: 'request', reason: 'FORMAT', description }],
    cause,
  })
}
