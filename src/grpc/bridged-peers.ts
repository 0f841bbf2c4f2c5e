import { randomUUID } from 'node:crypto'
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js'

export interface BridgedPeers {
  /** Headers for the calls of a peer whose connection ends elsewhere in this process. */
  annotate(peer: string): Readonly<Record<string, string>>
  /** Makes such calls say the peer that they came from, and hides how they know. */
  readonly interceptor: ServerInterceptor
}

const header = 'postern-peer'

/**
 * Calls that come over a bridge have lost the address they came from, so the bridge tells it in a
 * header. Who connects by itself cannot tell another: it does not know the mark of this process.
 */
export function createBridgedPeers(mark: string = randomUUID()): BridgedPeers {
  return {
    annotate: (peer) => ({ [header]: `${mark} ${peer}` }),
    interceptor: (_, call) => new BridgedCall(call, mark),
  }
}

class BridgedCall extends ServerInterceptingCall {
  readonly #told: { peer?: string }

  constructor(call: ConstructorParameters<typeof ServerInterceptingCall>[0], mark: string) {
    const told: { peer?: string } = {}
    const listener: ServerListener = {
      onReceiveMetadata(metadata, next) {
        const peer = takePeer(metadata, mark)
        if (peer !== undefined) told.peer = peer
        next(metadata)
      },
    }
    super(call, { start: (next) => next(listener) })
    this.#told = told
  }

  override getPeer(): string {
    return this.#told.peer ?? super.getPeer()
  }
}

function takePeer(metadata: Metadata, mark: string): string | undefined {
  const [value] = metadata.get(header)
  metadata.remove(header)
  const text = String(value ?? '')
  return text.startsWith(`${mark} `) ? text.slice(mark.length + 1) : undefined
}
