import type { Fields } from '../fields.js'
import type { Status } from './status.js'

/** A message with metadata around it. A reply without is the message alone. */
export class Answer {
  readonly message: Uint8Array
  readonly headers: Fields
  readonly trailers: Fields

  constructor(message: Uint8Array, metadata: { headers?: Fields; trailers?: Fields }) {
    this.message = message
    this.headers = metadata.headers ?? []
    this.trailers = metadata.trailers ?? []
  }
}

/** The end of a call that is not OK. A value, because making it must not cost a stack trace. */
export class Refusal {
  readonly status: Status
  readonly message: string
  readonly trailers: Fields

  constructor(status: Status, message: string, trailers: Fields = []) {
    this.status = status
    this.message = message
    this.trailers = trailers
  }
}

export type Reply = Uint8Array | Answer | Refusal
