import fc from 'fast-check'
import { expect, it } from 'vitest'
import { memoryUsed } from '../../test/support/memory-used.js'
import { SeenTexts, Source } from './seen-texts.js'

const source = new Source()

function read(texts: SeenTexts, octets: Buffer, start = 0, end = octets.length) {
  source.turnTo(octets)
  return texts.read(source, start, end)
}

const letters = fc.stringMatching(/^[ab]{0,3}(x{60,62})?[ab]{0,3}$/)

it('reads what stands there, whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(letters, letters, letters), { maxLength: 60 }), (lines) => {
      const texts = new SeenTexts()
      for (const [before, text, after] of lines) {
        const octets = Buffer.from(before + text + after, 'latin1')
        expect(read(texts, octets, before.length, before.length + text.length)).toBe(text)
      }
    }),
  )
})

it.each([1, 2, 64, 65, 300])('takes no other octets than ASCII among %i for a text', (length) => {
  const texts = new SeenTexts()
  const octets = Buffer.alloc(length, 'a')
  for (let at = 0; at < length; at++) {
    expect(read(texts, octets)).toBe('a'.repeat(length))
    octets[at] = 0x80 | 0x61
    expect(read(texts, octets)).toBeUndefined()
    octets[at] = 0x61
  }
})

it('keeps nothing of what a text stood in', () => {
  const texts = new SeenTexts()
  const octets = Buffer.alloc(1_000_000, 'a')
  const before = memoryUsed()
  const readings = Array.from({ length: 100 }, (_, at) => {
    octets.write(String(at), 40)
    return read(texts, octets, 0, 42)
  })
  expect(readings).toHaveLength(100)
  expect(memoryUsed() - before).toBeLessThan(10_000_000)
})

it('reads what it was told to forget', () => {
  const texts = new SeenTexts()
  const octets = Buffer.from('secret')
  read(texts, octets)
  texts.forget()
  expect(read(texts, octets)).toBe('secret')
  texts.forget()
  // Were a length left behind, an empty place would pass for this.
  expect(read(texts, Buffer.alloc(6))).toBe('\0'.repeat(6))
})

it('does not write over its neighbour what is too long to be kept', () => {
  const texts = new SeenTexts()
  // The place of the second is the one after that of the first, whose last octet would be its first.
  const long = Buffer.alloc(65, 'a')
  const [next, altered] = ['z', 'a'].map((first) => Buffer.from(`${first}${'y'.repeat(40)}xa`))
  for (const octets of [next, long, altered, next]) {
    if (octets) expect(read(texts, octets)).toBe(octets.toString('latin1'))
  }
})

it('lets go of what it is read from', async () => {
  source.turnTo(Buffer.alloc(10))
  source.turnTo(Buffer.alloc(20))
  await new Promise(setImmediate)
  expect([source.octets.length, source.view.byteLength]).toEqual([0, 0])
})

it('reads what stands there now, though it was read before', () => {
  const texts = new SeenTexts()
  const octets = Buffer.alloc(40, 'a')
  for (let at = 0; at < 38; at++) {
    read(texts, octets)
    octets[at] = 0x62
    expect(read(texts, octets)).toBe(octets.toString('latin1'))
  }
})
