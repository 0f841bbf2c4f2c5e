import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { duplexPair } from './duplex-pair.js'

it('carries what is written to one end to the other, both ways', async () => {
  const [left, right] = duplexPair()
  left.write('there')
  right.write('back')
  expect(String((await once(right, 'data'))[0])).toBe('there')
  expect(String((await once(left, 'data'))[0])).toBe('back')
})

it('never makes a writer wait, whether the other end reads or not', async () => {
  const [left, right] = duplexPair()
  left.write(Buffer.alloc(100_000))
  await new Promise((resolve) => left.write('and more', resolve))
  expect(left.writableLength).toBe(0)
  expect(right.readableLength).toBe(100_008)
})

it('carries nothing while it is written, as a socket does not', async () => {
  const [left, right] = duplexPair()
  const seen: Buffer[] = []
  right.on('data', (chunk) => seen.push(chunk))
  left.write('later')
  expect(seen).toEqual([])
  await once(right, 'data')
})

it('carries HTTP/2 with much to say both ways at once, which does not read while it writes', async () => {
  const [ours, theirs] = duplexPair()
  const server = createServer()
  server.on('stream', (stream) => {
    stream.resume()
    stream.respond()
    stream.end(Buffer.alloc(200_000))
  })
  server.emit('connection', theirs)
  const session = connect('http://pair', { createConnection: () => ours })
  const answers = Array.from({ length: 20 }, () => {
    const stream = session.request({ ':method': 'POST' })
    stream.end(Buffer.alloc(60_000))
    return buffer(stream)
  })
  for (const answer of await Promise.all(answers)) expect(answer).toHaveLength(200_000)
  session.destroy()
})

it('ends one way when one end ends, and both when one is destroyed', async () => {
  const [left, right] = duplexPair()
  left.end('last')
  right.resume()
  await once(right, 'end')
  expect(right.writable).toBe(true)
  left.destroy()
  await once(right, 'close')
  expect(right.destroyed).toBe(true)
})
