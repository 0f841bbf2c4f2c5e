import type { Duplex } from 'node:stream'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { createBridgedPeers } from './bridged-peers.js'
import type { GrpcServer, TlsMaterial } from './server.js'

/** @grpc/grpc-js, on a port of its own or behind our own transport. */
export interface LibraryServer extends GrpcServer {
  /** Takes a connection that somebody else has accepted. */
  inject(connection: Duplex): void
  /** Headers that tell on such a connection who is at its other end. */
  annotate(peer: string): Readonly<Record<string, string>>
}

const receiveBytesMax = 4 * 1024 * 1024

export function createLibraryServer(addServices: (server: Server) => void): LibraryServer {
  const peers = createBridgedPeers()
  const server = new Server({
    'grpc.max_receive_message_length': receiveBytesMax,
    'grpc.max_concurrent_streams': 256,
    'grpc-node.max_session_memory': 50,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    interceptors: [peers.interceptor],
  })
  addServices(server)
  const health = new HealthImplementation({ '': 'SERVING' })
  health.addToServer(server)
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    annotate: peers.annotate,
    inject: (connection) => injector.injectConnection(connection),
    listen: (address, tls) => listen(server, address, toCredentials(tls)),
    setServing: (isServing) => health.setStatus('', isServing ? 'SERVING' : 'NOT_SERVING'),
    async close(graceMs) {
      health.setStatus('', 'NOT_SERVING')
      injector.drain(graceMs)
      await shutDown(server, graceMs)
    },
  }
}

function toCredentials(tls: TlsMaterial | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure()
  const { cert, key, clientCa } = tls
  const pair = { cert_chain: cert, private_key: key }
  return ServerCredentials.createSsl(clientCa ?? null, [pair], clientCa !== undefined)
}

function listen(server: Server, address: string, credentials: ServerCredentials): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(error)
      else resolve(address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${port}`))
    })
  })
}

/** Streams such as reflection never end by themselves, so the grace period ends them. */
function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), graceMs)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
