import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { DomainError } from '../../domain/errors.js'
import type { Admission } from '../admission.js'
import { toServiceError } from '../errors.js'
import { AuthorizationServiceService } from '../gen/postern/v1/authorization.js'
import type { HotCaller } from './caller.js'
import type { HotCalls } from './hot-calls.js'
import { StreamSession } from './stream-session.js'

export interface HotMethodsDeps {
  readonly hot: HotCalls
  readonly admission: Admission
  /** Called with what is no refusal: a bug, to be logged. */
  onBug(error: unknown, path: string): void
}

const { authorize, authorizeBatch, authorizeStream } = AuthorizationServiceService
const identity = (bytes: Buffer) => bytes
const raw = { requestDeserialize: identity, responseSerialize: identity }

/** The hot methods as bytes: whoever serves them reads and writes by hand. */
export const hotService: ServiceDefinition = {
  authorize: { ...authorize, ...raw },
  authorizeBatch: { ...authorizeBatch, ...raw },
  authorizeStream: { ...authorizeStream, ...raw },
}

type Unary = ServerUnaryCall<Buffer, Uint8Array>
type Duplex = ServerDuplexStream<Buffer, Uint8Array>

/** The hot methods on @grpc/grpc-js. */
export function libraryMethods(deps: HotMethodsDeps): UntypedServiceImplementation {
  const { hot } = deps
  return {
    authorize: unary(deps, (message, caller) => hot.authorize(message, caller)),
    authorizeBatch: unary(deps, (message, caller) => hot.authorizeBatch(message, caller)),
    authorizeStream: (call: Duplex) => {
      serveStream(deps, call).catch((error: unknown) => call.destroy(toError(deps, call, error)))
    },
  }
}

function unary(
  deps: HotMethodsDeps,
  answer: (message: Buffer, caller: HotCaller) => Uint8Array | Promise<Uint8Array>,
) {
  return (call: Unary, callback: sendUnaryData<Uint8Array>): void => {
    const caller = { admit: () => deps.admission.admit(call), leftMs: () => leftMs(call) }
    // One way for what is thrown and what is rejected.
    new Promise<Uint8Array>((resolve) => resolve(answer(call.request, caller))).then(
      (message) => callback(null, message),
      (error: unknown) => callback(toError(deps, call, error)),
    )
  }
}

async function serveStream(deps: HotMethodsDeps, call: Duplex): Promise<void> {
  await deps.admission.admit(call)
  const session = new StreamSession(deps.hot, {
    send: (message) => call.write(message),
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    finish: (error) =>
      error === undefined ? call.end() : call.destroy(toError(deps, call, error)),
    leftMs: () => leftMs(call),
  })
  call.on('drain', () => session.drain())
  call.on('cancelled', () => session.cancel())
  call.on('end', () => session.end())
  call.on('data', (message: Buffer) => session.message(message))
}

function leftMs(call: { getDeadline(): Date | number }): number {
  return Number(call.getDeadline()) - Date.now()
}

function toError(
  { onBug }: HotMethodsDeps,
  call: { getPath(): string },
  error: unknown,
): Error & ReturnType<typeof toServiceError> {
  if (!(error instanceof DomainError)) onBug(error, call.getPath())
  const told = toServiceError(error)
  return Object.assign(new Error(told.details), told)
}
