import { plainAddress } from '../raw-headers.js'

/** Where each operation is, by its name in the metadata, below the decision point's own address. */
export type Endpoints = Readonly<Record<string, string>>

/**
 * What a client reads to find the operations. `base` must be the very address that the client knows
 * the decision point by; operations that are not there are left out.
 */
export function metadataOf(base: string, endpoints: Endpoints): object {
  const urls = Object.entries(endpoints).map(([name, path]) => [name, base + path])
  return { policy_decision_point: base, ...Object.fromEntries(urls) }
}

export interface Connection {
  readonly protocol: string
  readonly socket: { readonly localAddress?: string; readonly localPort?: number }
}

/** Where the client got through to; never what its Host header says, which anybody can write. */
export function reachedAddress({ protocol, socket }: Connection): string {
  const address = plainAddress(socket.localAddress)
  const host = address.includes(':') ? `[${address}]` : address
  return `${protocol}://${host}:${socket.localPort}`
}
