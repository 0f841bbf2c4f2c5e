/** RFC 7541 calls it a decoding error; for HTTP/2 it is the end of the connection. */
export class HpackError extends Error {
  override readonly name = 'HpackError'
}

/** A block of more fields than anybody who means well sends: it is not read to its end. */
export class TooManyFields extends Error {
  override readonly name = 'TooManyFields'
}
