import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** What the network between two programs does. */
export type Weather =
  | { readonly kind: 'pass' }
  /** Nothing arrives on either side, and nobody is told: the cable is out. */
  | { readonly kind: 'freeze' }
  /** What is asked arrives, what is answered does not. */
  | { readonly kind: 'freeze-replies' }
  | { readonly kind: 'delay-replies'; readonly ms: number }
  /** Something else listens where the server should. */
  | { readonly kind: 'babble'; readonly text: string }

export interface TcpProxy {
  readonly port: number
  setWeather(weather: Weather): void
  /** Resets every connection; new ones are served as before. */
  cut(): void
  close(): Promise<void>
}

/** A proxy on a free loopback port, whose weather can be changed while connections are open. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const sky: Sky = { weather: { kind: 'pass' }, watchers: new Set() }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.once('close', () => sockets.delete(client))
    client.on('error', () => client.destroy())
    if (sky.weather.kind === 'babble') {
      client.end(sky.weather.text)
      return
    }
    const upstream = createConnection(targetPort, '127.0.0.1')
    sockets.add(upstream)
    upstream.once('close', () => sockets.delete(upstream))
    upstream.on('error', () => client.destroy())
    new Stream({ from: client, to: upstream, sky, isReply: false })
    new Stream({ from: upstream, to: client, sky, isReply: true })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: portOf(server.address()),
    setWeather(weather) {
      sky.weather = weather
      for (const changed of [...sky.watchers]) changed()
    },
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Sky {
  weather: Weather
  readonly watchers: Set<() => void>
}

interface StreamParts {
  readonly from: Socket
  readonly to: Socket
  readonly sky: Sky
  readonly isReply: boolean
}

/** One direction of one connection: what comes in waits its turn; the end waits like any bytes. */
class Stream {
  readonly #parts: StreamParts
  readonly #waiting: { readonly bytes: Buffer | 'end'; readonly dueMs: number }[] = []

  constructor(parts: StreamParts) {
    this.#parts = parts
    const { from, to, sky } = parts
    const changed = () => this.#pump()
    sky.watchers.add(changed)
    from.on('data', (bytes) => this.#take(bytes))
    from.once('close', () => this.#take('end'))
    to.once('close', () => sky.watchers.delete(changed))
  }

  #take(bytes: Buffer | 'end'): void {
    const { weather } = this.#parts.sky
    const lateMs = weather.kind === 'delay-replies' && this.#parts.isReply ? weather.ms : 0
    this.#waiting.push({ bytes, dueMs: performance.now() + lateMs })
    if (lateMs === 0) this.#pump()
    else setTimeout(() => this.#pump(), lateMs)
  }

  #pump(): void {
    const { to } = this.#parts
    while (!this.#isHeld()) {
      const [first] = this.#waiting
      // A timer may be early by a moment.
      if (!first || first.dueMs > performance.now() + 2) return
      this.#waiting.shift()
      if (first.bytes === 'end') to.destroy()
      else to.write(first.bytes)
    }
  }

  #isHeld(): boolean {
    const { kind } = this.#parts.sky.weather
    return kind === 'freeze' || (kind === 'freeze-replies' && this.#parts.isReply)
  }
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
