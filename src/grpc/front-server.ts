import { createBridge } from '../wire/bridge.js'
import { systemClock } from '../wire/clock.js'
import { duplexPair } from '../wire/duplex-pair.js'
import { createWireServer, type Endpoint } from '../wire/server.js'
import type { HotMethodsDeps } from './hot/library-methods.js'
import { peerName, wireMethods } from './hot/wire-methods.js'
import type { LibraryServer } from './library-server.js'
import type { GrpcServer, TlsMaterial } from './server.js'

/**
 * Our own transport on the port: it serves the hot methods and health itself, and bridges every
 * other to the library, stream by stream, so that nobody notices that there are two.
 */
export function createFrontServer(library: LibraryServer, deps: HotMethodsDeps): GrpcServer {
  let isServing = true
  const bridge = createBridge({
    connect() {
      const [ours, theirs] = duplexPair()
      library.inject(theirs)
      return ours
    },
    annotate: (peer) => library.annotate(peerName(peer)),
  })
  const wire = createWireServer({
    methods: wireMethods({ ...deps, nowMs: systemClock.nowMs, isServing: () => isServing }),
    fallback: bridge.fallback,
    onPeerGone: bridge.leave,
    onBug: (error) => deps.onBug(error, 'the transport'),
  })
  return {
    async listen(address, tls) {
      const port = await wire.listen(endpointOf(address, tls))
      return address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${port}`)
    },
    setServing(is) {
      isServing = is
      library.setServing(is)
    },
    async close(graceMs) {
      isServing = false
      await wire.close(graceMs)
      bridge.close()
      await library.close(0)
    },
  }
}

function endpointOf(address: string, tls: TlsMaterial | undefined): Endpoint {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) }
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  return { host, port, ...(tls && { tls: tlsOptions(tls) }) }
}

function tlsOptions({ cert, key, clientCa }: TlsMaterial) {
  if (!clientCa) return { cert, key }
  return { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true }
}
