import { BinaryReader } from '@bufbuild/protobuf/wire'
import {
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { DomainError } from '../domain/errors.js'
import type { ReadAct, WriteAct } from '../service/act.js'
import type { Administration } from '../service/administration.js'
import { encodeRevision } from '../service/revision.js'
import { toServiceError } from './errors.js'
import { sessionOf } from './session.js'

/** Answers every read, write and decision with the revision behind it. */
export const revisionHeader = 'postern-revision'

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
  /** Anything else; `work` throws `DomainError` for a refusal. */
  plain<Request, Response>(
    work: (call: ServerUnaryCall<Request, Response>) => Promise<Response>,
  ): handleUnaryCall<Request, Response>
}

export interface MethodsDeps {
  readonly administration: Administration
  /** Called with what is no refusal: a bug, to be logged. */
  onBug(error: unknown, path: string): void
}

export function createMethods({ administration, onBug }: MethodsDeps): Methods {
  const plain: Methods['plain'] = (work) => (call, callback) => {
    answer(call, work).then(
      (response) => callback(null, response),
      (error: unknown) => {
        if (!(error instanceof DomainError)) onBug(error, call.getPath())
        callback(toServiceError(error))
      },
    )
  }
  return {
    plain,
    read: (work, present) =>
      plain(async (call) => {
        const { value, revision } = await administration.read(sessionOf(call), (act) =>
          work(act, call.request),
        )
        return present(value, sendRevision(call, encodeRevision(revision)))
      }),
    write: (work, present) =>
      plain(async (call) => {
        const { value, revision } = await administration.write(sessionOf(call), (act) =>
          work(act, call.request),
        )
        return present(value, sendRevision(call, encodeRevision(revision)))
      }),
  }
}

async function answer<Request, Response>(
  call: ServerUnaryCall<Request, Response>,
  work: (call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): Promise<Response> {
  if (call.request instanceof Undecodable) throw call.request.refusal
  return work(call)
}

export function sendRevision(
  call: { sendMetadata(metadata: Metadata): void },
  revision: string,
): string {
  const metadata = new Metadata()
  metadata.set(revisionHeader, revision)
  call.sendMetadata(metadata)
  return revision
}

/** Stands in for a request whose bytes are no such message. */
class Undecodable {
  readonly refusal: DomainError

  constructor(cause: unknown) {
    const description = 'must be a valid message with UTF-8 text'
    this.refusal = new DomainError('invalid', {
      reason: 'MESSAGE_MALFORMED',
      message: `request: ${description}`,
      violations: [{ field: 'request', reason: 'FORMAT', description }],
      cause,
    })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A service whose undecodable requests reach the handlers, which answer INVALID_ARGUMENT: left to
 * the library they would end as INTERNAL, and text that is no UTF-8 would be mended in silence.
 */
export function tolerant<T extends ServiceDefinition>(service: T): T {
  const entries = Object.entries(service).map(([name, method]) => [
    name,
    { ...method, requestDeserialize: tolerantDecoder(method) },
  ])
  return Object.fromEntries(entries) as T
}

function tolerantDecoder(method: MethodDefinition<unknown, unknown>) {
  return (bytes: Buffer): unknown => {
    try {
      // The generated decoders take a reader as well as bytes; this one is strict about UTF-8.
      const reader = new BinaryReader(bytes, (part) => utf8.decode(part))
      return method.requestDeserialize(reader as unknown as Buffer)
    } catch (error) {
      return new Undecodable(error)
    }
  }
}
