import type { FastifyRequest } from 'fastify'
import type { ReadAct, WriteAct } from '../../service/act.js'
import type { Administration, Session } from '../../service/administration.js'
import { encodeRevision } from '../../service/revision.js'
import type { RestError } from './errors.js'
import { Input } from './input.js'

/** What a route answers; without a body it is 204. */
export interface Answer {
  readonly status: number
  readonly body?: object
  /** The state that it is of, where the store was asked. */
  readonly revision?: string
}

export type Respond = (request: FastifyRequest) => Promise<Answer>

/** How one call is served: each part translates, and everything else happens in `createCalls`. */
export interface Call<Act, Asked, Value> {
  /** Reports what is wrong to `input.v`; what it answers is used only if nothing is. */
  parse(input: Input): Asked
  work(act: Act, asked: Asked): Promise<Value>
  /** Absent: there is nothing to say. */
  present?(value: Value): object
}

export interface Calls {
  read<Asked, Value>(call: Call<ReadAct, Asked, Value>): Respond
  write<Asked, Value>(call: Call<WriteAct, Asked, Value>): Respond
}

/** Who calls is asked before what it asks for is looked at. */
export function createCalls(administration: Administration): Calls {
  return {
    read: (call) => async (request) =>
      toAnswer(
        call,
        await administration.read(sessionOf(request), (act) => run(call, act, request)),
      ),
    write: (call) => async (request) =>
      toAnswer(
        call,
        await administration.write(sessionOf(request), (act) => run(call, act, request)),
      ),
  }
}

export function sessionOf({ headers, ip }: FastifyRequest): Session {
  return {
    secret: secretOf(headers),
    // IPv4 on a socket that serves both.
    ip: ip.replace(/^::ffff:(?=\d+\.)/, ''),
    userAgent: headers['user-agent'] ?? '',
  }
}

export function secretOf(headers: FastifyRequest['headers']): string {
  const header = headers['x-auth-token']
  return typeof header === 'string' ? header : ''
}

/** Answers what the store has no say in. */
export function always({ status, body }: RestError): Respond {
  return async () => ({ status, body })
}

function run<Act, Asked, Value>(
  call: Call<Act, Asked, Value>,
  act: Act,
  request: FastifyRequest,
): Promise<Value> {
  const input = new Input(request)
  const asked = call.parse(input)
  input.v.finish()
  return call.work(act, asked)
}

function toAnswer<Act, Asked, Value>(
  { present }: Call<Act, Asked, Value>,
  stamped: { readonly value: Value; readonly revision: Parameters<typeof encodeRevision>[0] },
): Answer {
  const revision = encodeRevision(stamped.revision)
  if (!present) return { status: 204, revision }
  return { status: 200, revision, body: { ...present(stamped.value), revision } }
}
