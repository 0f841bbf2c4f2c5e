import type { BinaryReader } from '@bufbuild/protobuf/wire'
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
} from '@grpc/grpc-js'
import { DomainError } from '../domain/errors.js'
import type { ReadAct, WriteAct } from '../service/act.js'
import type { Administration } from '../service/administration.js'
import { encodeRevision } from '../service/revision.js'
import { type Commit, createCommit, type FindCodec } from './commit.js'
import { decodeStrictly } from './decode.js'
import type { Effectiveness } from './effective.js'
import { endWith, toServiceError } from './errors.js'
import { pendingRevision } from './pending-revision.js'
import { sendRevision } from './revision-header.js'
import { type CallOrigin, sessionOf } from './session.js'

/** How handlers are made: each translates, and everything else happens here. */
export interface Methods {
  /** An administrative read: authenticated, on one snapshot. */
  read<Request, Response, T>(
    work: (act: ReadAct, request: Request) => Promise<T>,
    present: (value: T, revision: string) => Response,
  ): handleUnaryCall<Request, Response>
  /** An administrative write: authenticated, in one transaction. */
  write<Request, Response, T>(
    work: (act: WriteAct, request: Request) => Promise<T>,
    present: (value: T, revision: string) => Response,
  ): handleUnaryCall<Request, Response>
  readonly commit: Commit
  /** Anything else; `work` throws `DomainError` for a refusal. */
  plain<Request, Response>(
    work: (call: ServerUnaryCall<Request, Response>) => Promise<Response>,
  ): handleUnaryCall<Request, Response>
  /** A stream of answers, which goes on after `work`, until that rejects or `fail` is called. */
  stream<Request, Response>(
    work: (
      call: ServerWritableStream<Request, Response>,
      fail: (error: unknown) => void,
    ) => Promise<void>,
  ): handleServerStreamingCall<Request, Response>
}

export interface MethodsDeps {
  readonly administration: Administration
  readonly effectiveness: Effectiveness
  /** Called with what is no refusal: a bug, to be logged. */
  onBug(error: unknown, path: string): void
}

export function createMethods(deps: MethodsDeps, findCodec: FindCodec): Methods {
  const { administration, onBug } = deps
  const requireCaller = async (call: CallOrigin): Promise<void> => {
    await administration.read(sessionOf(call), async () => undefined)
  }
  const plain: Methods['plain'] = (work) => (call, callback) => {
    answer(call, { requireCaller, work }).then(
      (response) => callback(null, response),
      (error: unknown) => {
        if (!(error instanceof DomainError)) onBug(error, call.getPath())
        callback(toServiceError(error))
      },
    )
  }
  const stream: Methods['stream'] = (work) => (call) => {
    const fail = (error: unknown) => {
      if (!(error instanceof DomainError)) onBug(error, call.getPath())
      endWith(call, error)
    }
    answer(call, { requireCaller, work: () => work(call, fail) }).catch(fail)
  }
  const commit = createCommit(deps.effectiveness, findCodec)
  return {
    plain,
    stream,
    commit,
    read: (work, present) =>
      plain(async (call) => {
        const { value, revision } = await administration.read(sessionOf(call), (act) =>
          work(act, call.request),
        )
        return present(value, sendRevision(call, encodeRevision(revision)))
      }),
    write: (work, present) =>
      plain((call) =>
        commit(call, (retry) =>
          administration.write(
            sessionOf(call),
            async (act) => present(await work(act, call.request), pendingRevision),
            retry,
          ),
        ),
      ),
  }
}

interface Answering<Call, Answer> {
  requireCaller(call: Call): Promise<void>
  work(call: Call): Promise<Answer>
}

async function answer<Call extends CallOrigin & { request: unknown }, Answer>(
  call: Call,
  { requireCaller, work }: Answering<Call, Answer>,
): Promise<Answer> {
  const { request } = call
  if (request instanceof Undecoded) {
    if (request.isLong) await requireCaller(call)
    call.request = request.decode()
  }
  return work(call)
}

/** To decode so much takes milliseconds, which nobody gets who has no key. */
const longBytes = 16_384

/** Stands in for a request until its bytes are to be decoded. */
class Undecoded {
  readonly #bytes: Buffer
  readonly #decode: (bytes: Buffer) => unknown

  constructor(bytes: Buffer, decode: (bytes: Buffer) => unknown) {
    this.#bytes = bytes
    this.#decode = decode
  }

  get isLong(): boolean {
    return this.#bytes.length > longBytes
  }

  /** Throws `invalid` for what is no such message. */
  decode(): unknown {
    return this.#decode(this.#bytes)
  }
}

/**
 * A service whose requests reach the handlers before they are decoded: bytes that are no message are
 * answered INVALID_ARGUMENT, where the library would say INTERNAL, and long ones after the caller's
 * key was found good.
 */
export function tolerant<T extends ServiceDefinition>(service: T): T {
  const entries = Object.entries(service).map(([name, method]) => [
    name,
    { ...method, requestDeserialize: lateDecoder(method) },
  ])
  return Object.fromEntries(entries) as T
}

function lateDecoder({ requestDeserialize }: MethodDefinition<unknown, unknown>) {
  // The generated decoders take a reader as well as bytes.
  const decode = (input: BinaryReader) => requestDeserialize(input as unknown as Buffer)
  return (bytes: Buffer): unknown => new Undecoded(bytes, (all) => decodeStrictly({ decode }, all))
}
