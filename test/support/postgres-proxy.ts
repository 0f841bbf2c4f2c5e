import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a server and its PostgreSQL, and cuts a connection when it is told to. */
export interface PostgresProxy {
  /** Of the same database, through here. */
  readonly url: string
  /**
   * Cuts the connection of the next commit: before it reaches PostgreSQL, or after PostgreSQL has
   * committed and before anybody hears of it.
   */
  loseCommit(moment: 'before' | 'after'): void
  close(): Promise<void>
}

/** A query message of this text alone. */
const commit = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1')

export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let moment: 'before' | 'after' | undefined
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    const cut = () => {
      near.destroy()
      far.destroy()
    }
    let isCommitting = false
    near.on('data', (chunk) => {
      const isLost = moment !== undefined && chunk.includes(commit)
      if (isLost && moment === 'before') cut()
      else far.write(chunk)
      if (!isLost) return
      isCommitting = true
      moment = undefined
    })
    far.on('data', (chunk) => {
      if (isCommitting) cut()
      else near.write(chunk)
    })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', cut)
      socket.on('close', () => {
        sockets.delete(socket)
        cut()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  const url = new URL(databaseUrl)
  url.port = String(address.port)
  return {
    url: url.href,
    loseCommit: (next) => {
      moment = next
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
