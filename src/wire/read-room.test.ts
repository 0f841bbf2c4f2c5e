import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ReadRoom } from './read-room.js'

const server = createServer()
let client: Socket
let accepted: Socket
let room: ReadRoom
let readings: Buffer[]

beforeEach(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  room = new ReadRoom()
  readings = []
  ;[client, accepted] = await pair()
})

afterEach(async () => {
  client.destroy()
  accepted.destroy()
  server.close()
  await once(server, 'close')
})

async function pair(): Promise<[Socket, Socket]> {
  const { port } = server.address() as AddressInfo
  const connected = connect(port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  return [connected, socket]
}

/** A copy, and where it was read. */
function note(octets: Buffer, end: number): void {
  readings.push(Buffer.from(octets.subarray(0, end)))
  memory.add(octets.buffer)
}

const memory = new Set<unknown>()
const said = () => String(Buffer.concat(readings))

it('reads all sockets into the same memory', async () => {
  memory.clear()
  const [other, otherAccepted] = await pair()
  room.read(accepted, note)
  room.read(otherAccepted, note)
  for (const each of [client, other, client]) {
    each.write('said')
    const { length } = said()
    await expect.poll(() => said().length).toBe(length + 4)
  }
  expect(said()).toBe('saidsaidsaid')
  expect(memory.size).toBe(1)
  other.destroy()
  otherAccepted.destroy()
})

it('reads on after a pause, and to the end', async () => {
  room.read(accepted, note)
  accepted.pause()
  client.end('last words')
  await new Promise(setImmediate)
  expect(said()).toBe('')
  accepted.resume()
  await once(accepted, 'end')
  expect(said()).toBe('last words')
})

it('loses nothing of what was read before', async () => {
  client.write('early ')
  await once(accepted, 'readable')
  room.read(accepted, note)
  client.write('late')
  await expect.poll(said).toBe('early late')
})
