import type { MessageProblem } from './message-reader.js'
import { Refusal } from './reply.js'
import { Status } from './status.js'

/** Why a request's messages are not taken. */
export type RequestProblem =
  | MessageProblem
  | 'malformed'
  | 'not-announced'
  | 'cut-off'
  | 'none'
  | 'second'

export function messageRefusal(problem: RequestProblem): Refusal {
  switch (problem) {
    case 'too-large':
      return new Refusal(Status.resourceExhausted, 'the message is larger than is allowed')
    case 'no-room':
      return new Refusal(Status.resourceExhausted, 'too much is being held for requests')
    case 'bad-flag':
      return new Refusal(Status.internal, 'the flag before a message is neither 0 nor 1')
    case 'malformed':
      return new Refusal(Status.internal, 'a compressed message cannot be read')
    case 'not-announced':
      return new Refusal(Status.internal, 'a message is compressed, and no encoding was announced')
    case 'cut-off':
      return new Refusal(Status.internal, 'the request ends inside a message')
    case 'none':
      return new Refusal(Status.unimplemented, 'the request ends without a message')
    case 'second':
      return new Refusal(Status.unimplemented, 'a request of one message brings a second')
    default:
      return problem satisfies never
  }
}
