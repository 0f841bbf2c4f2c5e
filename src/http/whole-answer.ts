import type { FastifyReply } from 'fastify'
import type { Decision } from '../domain/decision.js'
import { encodeRevision, type Revision } from '../service/revision.js'
import { securityHeaders } from './headers.js'

/** An answer as it is written, but for what tells one request from another. */
export interface WholeAnswer {
  readonly status: number
  /** Names and values in turn, all that every answer has among them. */
  readonly headers: readonly string[]
  readonly body: string | Buffer
}

const notLatin = /[^\x20-\x7e]/

/** With no body, there is nothing to have a type. */
export function wholeAnswer(
  status: number,
  { body, headers = [] }: { readonly body: string; readonly headers?: readonly string[] },
): WholeAnswer {
  // A text goes out in one piece with the headers, which are no UTF-8.
  const octets = notLatin.test(body) ? Buffer.from(body) : body
  const type = body === '' ? [] : ['content-type', 'application/json']
  const length = ['content-length', String(octets.length)]
  return { status, body: octets, headers: [...securityHeaders, ...type, ...headers, ...length] }
}

/**
 * Sends it in one write, past the framework, whose way to send costs several times the rest of an
 * answer from memory (`bench/http.ts`). No hook sees it, so it brings along all headers there are.
 */
export function sendWhole(reply: FastifyReply, answer: WholeAnswer, requestId: string): void {
  const { status, headers, body } = answer
  // Node.js tells the client.
  if (reply.server.isClosing()) reply.raw.shouldKeepAlive = false
  // Before the framework lets go of it: what throws here is answered by the framework.
  reply.raw.writeHead(status, [...headers, 'x-request-id', requestId])
  reply.hijack().raw.end(body, 'latin1')
}

/**
 * Answers to questions, each made once for a revision: decisions are few, and each is one object.
 */
export class WholeAnswers {
  readonly #make: (decision: Decision, revision: string) => WholeAnswer
  #answers = new WeakMap<Decision, WholeAnswer>()
  #revision: Revision | undefined
  #text = ''

  constructor(make: (decision: Decision, revision: string) => WholeAnswer) {
    this.#make = make
  }

  /** `make` is given no text for no revision. */
  of(decision: Decision, revision: Revision | undefined): WholeAnswer {
    if (revision !== this.#revision) {
      this.#revision = revision
      this.#text = revision ? encodeRevision(revision) : ''
      this.#answers = new WeakMap()
    }
    const known = this.#answers.get(decision)
    if (known) return known
    const made = this.#make(decision, this.#text)
    this.#answers.set(decision, made)
    return made
  }
}
