import type { CacheConfig, HostAndPort } from './config.js'
import type { Effectiveness } from './grpc/effective.js'
import type { GrpcServer } from './grpc/server.js'
import type { HttpServer } from './http/server.js'
import { schedule } from './schedule.js'
import type { Readiness } from './service/readiness.js'
import { StartError } from './start-error.js'

/** Deadlines are instants of the real clock. */
export function createEffectiveness({ stalenessBoundMs }: CacheConfig): Effectiveness {
  const wait = (ms: number) => new Promise<void>((resolve) => void schedule(ms, resolve))
  return { stalenessBoundMs, now: Date.now, wait }
}

export async function listenHttp(
  http: HttpServer,
  at: HostAndPort | undefined,
): Promise<string | undefined> {
  if (!at) return undefined
  const named = `${at.host}:${at.port}`
  return listening('POSTERN_HTTP_LISTEN', named, () => http.listen(at.host, at.port))
}

/** Answers what `open` does; names the variable when it cannot be listened there. */
export async function listening(
  variable: string,
  address: string,
  open: () => Promise<string>,
): Promise<string> {
  try {
    return await open()
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    // The library puts what went wrong in brackets, after words about itself.
    const why = /\[(.+)\]$/.exec(cause.message)?.[1] ?? cause.message
    throw new StartError(`${variable}: \`${address}\` cannot be listened on (${why})`, { cause })
  }
}

const healthEveryMs = 250

/** Tells health checks over gRPC what `/readyz` tells; answers how to stop. */
export function reportHealth(server: GrpcServer, readiness: () => Readiness): () => Promise<void> {
  const timer = setInterval(() => server.setServing(readiness().ready), healthEveryMs)
  return async () => clearInterval(timer)
}
