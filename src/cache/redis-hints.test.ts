import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/scripted-store.js'
import { connectForCommands, connectForHints } from './redis-connection.js'
import { RedisHints } from './redis-hints.js'
import { Trouble } from './trouble.js'

let server: Server
const rejections: unknown[] = []
const remember = (error: unknown) => rejections.push(error)

beforeEach(async () => {
  process.on('unhandledRejection', remember)
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  process.off('unhandledRejection', remember)
  server.close()
})

it('may be closed while they subscribe anew', async () => {
  const { port } = server.address() as AddressInfo
  const address = { topology: 'single', nodes: [{ host: '127.0.0.1', port }] } as const
  const settings = { address: { ...address, tls: false, database: 0 }, commandTimeoutMs: 1_000 }
  const commands = connectForCommands(settings)
  commands.disconnect()
  const subscription = connectForHints(settings)
  const trouble = new Trouble({ clock: new ManualClock(), report: () => {} })
  const first = nextSubscription({ isAnswered: true })
  new RedisHints({ commands, subscription, trouble })
  const socket = await first
  const second = nextSubscription({ isAnswered: false })
  socket.destroy()
  await second
  subscription.disconnect()
  await once(subscription, 'end')
  await new Promise(setImmediate)
  expect(rejections).toEqual([])
  expect(trouble.current).toBeDefined()
})

/** Plays a Redis to whoever connects next; resolves with its socket once it has subscribed. */
function nextSubscription({ isAnswered }: { readonly isAnswered: boolean }): Promise<Socket> {
  return new Promise((resolve) => {
    server.removeAllListeners('connection').on('connection', (socket) => {
      socket.on('error', () => {})
      socket.on('data', (octets) => {
        for (const [, command = ''] of octets.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
          if (command !== 'subscribe') socket.write(command === 'info' ? '$0\r\n\r\n' : '+OK\r\n')
          else if (isAnswered) socket.write('*3\r\n$9\r\nsubscribe\r\n$4\r\nhead\r\n:1\r\n')
          if (command === 'subscribe') setImmediate(resolve, socket)
        }
      })
    })
  })
}
