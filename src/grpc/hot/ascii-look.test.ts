import { isAscii } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AsciiLook } from './ascii-look.js'

const place = fc.nat(40)

it('sees what Node sees, wherever the octets lie', () => {
  const look = new AsciiLook()
  const high = fc.array(place, { maxLength: 2 })
  fc.assert(
    fc.property(fc.nat(5), high, place, place, (offset, highs, one, other) => {
      const octets = Buffer.alloc(48, 'a').subarray(offset, offset + 40)
      for (const at of highs) octets[at % 40] = 0x80 | at
      const [start, end] = one < other ? [one, other] : [other, one]
      expect(look.isAscii(octets, start, end)).toBe(isAscii(octets.subarray(start, end)))
    }),
    { numRuns: 2_000 },
  )
})

it('looks at octets as they are now', () => {
  const look = new AsciiLook()
  const octets = Buffer.alloc(16, 'a')
  expect(look.isAscii(octets, 0, 16)).toBe(true)
  octets[7] = 0xff
  expect(look.isAscii(octets, 0, 16)).toBe(false)
})
