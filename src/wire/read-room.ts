import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** As much as a reading brings at most. */
const roomBytes = 65_536

/** Gets what stands before `end`. */
export type OnRead = (octets: Buffer, end: number) => void

/** What Node keeps at a socket whose readings go into memory that was given to it. */
interface InnerSocket {
  readonly _handle?: { useUserBuffer?(octets: Uint8Array): void }
  [key: symbol]: unknown
}

/**
 * One piece of memory that all sockets are read into, since each reading is looked at before the next.
 * Left to itself, Node makes 64 KiB for every reading and gives most of them back, which costs clients
 * that ask one thing at a time a tenth of their answers. It reads into memory that is given to it where
 * a socket connects (`onread` of `net.connect`), and has no option for those that a server accepts; so
 * the same is set here by hand, and left alone where Node does not look as expected.
 */
export class ReadRoom {
  readonly #octets = Buffer.allocUnsafeSlow(roomBytes)

  /** What `onRead` is called with is written over by the next reading of any socket. */
  read(socket: Socket, onRead: OnRead): void {
    if (this.#provide(socket, onRead)) return
    socket.on('data', (octets: Buffer) => onRead(octets, octets.length))
  }

  #provide(socket: Socket, onRead: OnRead): boolean {
    const inner = socket as unknown as InnerSocket
    const places = placesOf(socket)
    // What was read already waits to be handed out the usual way.
    if (!places || socket.readableLength > 0 || !inner._handle?.useUserBuffer) return false
    inner[places.buffer] = this.#octets
    inner[places.callback] = (bytes: number, octets: Buffer) => onRead(octets, bytes)
    inner._handle.useUserBuffer(this.#octets)
    socket.resume()
    return true
  }
}

/** Where Node's sockets keep the options of `onread`; TLS takes its readings apart first. */
function placesOf(socket: Socket): { buffer: symbol; callback: symbol } | undefined {
  if (socket instanceof TLSSocket) return undefined
  const symbols = Object.getOwnPropertySymbols(socket)
  const buffer = symbols.find(({ description }) => description === 'kBuffer')
  const callback = symbols.find(({ description }) => description === 'kBufferCb')
  return buffer && callback && { buffer, callback }
}
