import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { DomainError } from '../../domain/errors.js'
import type { Schedule } from '../../service/schedule.js'
import type { Admission } from '../admission.js'
import { endWith, toServiceError } from '../errors.js'
import { AuthorizationServiceService } from '../gen/postern/v1/authorization.js'
import type { HotCalls, UnaryAnswer } from './hot-calls.js'
import { StreamSession } from './stream-session.js'

export interface HotMethodsDeps {
  readonly hot: HotCalls
  readonly admission: Admission
  readonly schedule: Schedule
  /** Called with what is no refusal: a bug, to be logged. */
  onBug(error: unknown, path: string): void
}

const { authorize, authorizeBatch, authorizeStream } = AuthorizationServiceService
const raw = {
  requestDeserialize: (bytes: Buffer) => bytes,
  // Copied by then, and by a method that only a Buffer has.
  responseSerialize: (bytes: Buffer) => bytes,
}

/** The hot methods as bytes: whoever serves them reads and writes by hand. */
export const hotService: ServiceDefinition = {
  authorize: { ...authorize, ...raw },
  authorizeBatch: { ...authorizeBatch, ...raw },
  authorizeStream: { ...authorizeStream, ...raw },
}

type Unary = ServerUnaryCall<Buffer, Buffer>
type Duplex = ServerDuplexStream<Buffer, Buffer>

/** The hot methods on @grpc/grpc-js. */
export function libraryMethods(deps: HotMethodsDeps): UntypedServiceImplementation {
  const { hot } = deps
  return {
    authorize: unary(deps, hot.authorize),
    authorizeBatch: unary(deps, hot.authorizeBatch),
    authorizeStream: (call: Duplex) => {
      serveStream(deps, call).catch((error: unknown) => endStream(deps, call, error))
    },
  }
}

function unary(deps: HotMethodsDeps, answer: UnaryAnswer) {
  return (call: Unary, callback: sendUnaryData<Buffer>): void => {
    const caller = {
      admit: () => deps.admission.admit(call),
      leftMs: () => leftMs(call),
      get isGone() {
        return call.cancelled
      },
    }
    // One way for what is thrown and what is rejected, and copied before anything else is answered.
    const answerOwn = async () => {
      const message = answer(call.request, caller)
      return Buffer.from(message instanceof Uint8Array ? message : await message)
    }
    answerOwn().then(
      (message) => callback(null, message),
      (error: unknown) => callback(told(deps, call, error)),
    )
  }
}

async function serveStream(deps: HotMethodsDeps, call: Duplex): Promise<void> {
  await deps.admission.admit(call)
  const session = new StreamSession(deps, {
    send: (message) => call.write(Buffer.from(message)),
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    finish: (error) => (error === undefined ? call.end() : endStream(deps, call, error)),
    leftMs: () => leftMs(call),
    admit: () => deps.admission.admit(call),
  })
  session.begin()
  call.on('drain', () => session.drain())
  call.on('cancelled', () => session.cancel())
  call.on('end', () => session.end())
  call.on('data', (message: Buffer) => session.message(message))
}

function leftMs(call: { getDeadline(): Date | number }): number {
  return Number(call.getDeadline()) - Date.now()
}

function told(deps: HotMethodsDeps, call: { getPath(): string }, error: unknown) {
  reportBug(deps, call, error)
  return toServiceError(error)
}

function endStream(deps: HotMethodsDeps, call: Duplex, error: unknown): void {
  reportBug(deps, call, error)
  endWith(call, error)
}

function reportBug({ onBug }: HotMethodsDeps, call: { getPath(): string }, error: unknown): void {
  if (!(error instanceof DomainError)) onBug(error, call.getPath())
}
