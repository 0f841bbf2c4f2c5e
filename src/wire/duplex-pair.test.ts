import { once } from 'node:events'
import { expect, it } from 'vitest'
import { duplexPair } from './duplex-pair.js'

it('carries what is written to one end to the other, both ways', async () => {
  const [left, right] = duplexPair()
  left.write('there')
  right.write('back')
  expect(String((await once(right, 'data'))[0])).toBe('there')
  expect(String((await once(left, 'data'))[0])).toBe('back')
})

it('makes a writer wait for a reader that does not read', async () => {
  const [left, right] = duplexPair()
  let written = 0
  const chunk = Buffer.alloc(1_024)
  while (left.write(chunk) && written < 10_000) written += 1
  expect(written).toBeLessThan(200)
  right.resume()
  await once(left, 'drain')
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
