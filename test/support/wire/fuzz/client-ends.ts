import { connect, type Socket } from 'node:net'
import type { WireServer } from '../../../../src/wire/server.js'
import { HandTurnedSocket } from '../hand-turned-socket.js'

/** A client's end of a connection to a server on a socket. */
export interface ClientEnd {
  /** The server will say no more. */
  readonly hasEnded: boolean
  /** The connection is gone. */
  readonly isGone: boolean
  say(octets: Buffer): void
  /** Whether it takes what the server sends. */
  setReading(isReading: boolean): void
  /** Takes one piece, though it does not read. */
  takeOne(): void
  /** What has come since the last time. */
  received(): Buffer[]
  /** Goes away: in good order, or without a word. */
  leave(isOrderly: boolean): void
}

/** The server writes to memory, and each write leaves when the client says so. */
export function handTurnedEnd(server: WireServer): ClientEnd {
  const socket = new HandTurnedSocket()
  server.adopt(socket as unknown as Socket)
  return {
    get hasEnded() {
      return socket.writableFinished
    },
    get isGone() {
      return socket.destroyed
    },
    say: (octets) => void (socket.destroyed || socket.push(octets)),
    setReading(isReading) {
      socket.isRead = isReading
      if (isReading) void socket.leaveOne()
    },
    takeOne: () => void socket.leaveOne(),
    received: () => socket.sent.splice(0),
    leave(isOrderly) {
      socket.isRead = true
      void socket.leaveOne()
      if (isOrderly && !socket.destroyed) socket.push(null)
      else socket.destroy()
    },
  }
}

/** Through the kernel, which takes as much as it likes of each write. */
export function unixEnd(path: string): ClientEnd {
  const socket = connect({ path })
  const chunks: Buffer[] = []
  let hasEnded = false
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('end', () => {
    hasEnded = true
  })
  // What it means is for the oracle to say.
  socket.on('error', () => {})
  return {
    get hasEnded() {
      return hasEnded
    },
    get isGone() {
      return socket.destroyed
    },
    say: (octets) => void socket.write(octets),
    setReading: (isReading) => void (isReading ? socket.resume() : socket.pause()),
    takeOne: () => void socket.read(),
    received: () => chunks.splice(0),
    leave: (isOrderly) => void (isOrderly ? socket.end() : socket.destroy()),
  }
}
