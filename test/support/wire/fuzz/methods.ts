import type { Method } from '../../../../src/wire/grpc/method.js'
import type { Fallback } from '../../../../src/wire/grpc/raw-call.js'
import { Refusal } from '../../../../src/wire/grpc/reply.js'

/** Every kind of answer: at once, later, never, larger than any window, streamed and raw. */
export const methods: Readonly<Record<string, Method>> = {
  '/test.Echo/Unary': { kind: 'unary', handle: (message) => Buffer.from(message) },
  '/test.Echo/Later': { kind: 'unary', handle: async (message) => Buffer.from(message) },
  '/test.Echo/Large': { kind: 'unary', handle: () => Buffer.alloc(90_000) },
  '/test.Echo/Never': { kind: 'unary', handle: (_, { signal }) => untilAborted(signal) },
  '/test.Echo/Stream': {
    kind: 'streaming',
    open: (call) => ({
      message: (message) => {
        if (!call.send(message)) call.pause()
        if (message.length === 7) call.finish(new Refusal(10, 'seven'))
      },
      drain: () => call.resume(),
      end: () => call.finish(),
    }),
  },
}

/** Whose handlers may outlive their stream. */
export const slowPaths: ReadonlySet<string> = new Set(['/test.Echo/Later', '/test.Echo/Never'])
/** Which no client gets an answer from. */
export const neverPath = '/test.Echo/Never'
export const rawPath = '/test.Raw/Echo'

export const paths: readonly string[] = [...Object.keys(methods), rawPath]

/** Answers octet for octet, and takes no more than it gets rid of. */
export const rawEcho: Fallback = (call) => {
  let hasResponded = false
  let owedBytes = 0
  const respond = () => {
    if (!hasResponded) call.respond([':status', '200'])
    hasResponded = true
  }
  return {
    data(octets) {
      respond()
      if (call.write(Buffer.from(octets))) call.consumed(octets.length)
      else owedBytes += octets.length
    },
    end() {
      respond()
      call.finish(['x-end', 'yes'])
    },
    drain() {
      call.consumed(owedBytes)
      owedBytes = 0
    },
    cancel() {},
  }
}

function untilAborted(signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(Buffer.of()))
  })
}
