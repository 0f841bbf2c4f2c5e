import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contains, formatIpAddress, parseIpAddress, parseIpRange } from './ip-range.js'

const isIn = (address: string, range: string) => {
  const [parsedAddress, parsedRange] = [parseIpAddress(address), parseIpRange(range)]
  if (!parsedAddress || !parsedRange) throw new Error(`malformed: ${address} in ${range}`)
  return contains(parsedRange, parsedAddress)
}

describe('parseIpAddress', () => {
  it.each([
    ...['', '1', '10.1', '10.1.2', '10.1.2.3.4', '010.1.2.3', '1.2.3.04', '256.1.1.1', '1.2.3.4.'],
    ...['0x7f.0.0.1', ' 1.2.3.4', '1.2.3.4\n', '1.2.3.4/32', 'localhost', '١.2.3.4', '-1.2.3.4'],
    ...['fe80::1%eth0', '1::2::3', ':::', ':1', '1:', '12345::', '1:2:3:4:5:6:7', 'g::', '[::1]'],
    ...['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '1.2.3.4::', '::1.2.3', '::01.2.3.4'],
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })

  it('takes an IPv4-mapped address for the IPv4 address it stands for', () => {
    expect(parseIpAddress('::ffff:1.2.3.4')).toEqual({ family: 4, bytes: [1, 2, 3, 4] })
    expect(parseIpAddress('::FFFF:102:304')).toEqual({ family: 4, bytes: [1, 2, 3, 4] })
  })

  it('does not take an IPv4-compatible address for a mapped one', () => {
    expect(parseIpAddress('::8.8.8.8')).toEqual(parseIpAddress('::808:808'))
    expect(parseIpAddress('::8.8.8.8')?.family).toBe(6)
  })

  it('accepts what the platform accepts, zone ids excepted, and nothing else', () => {
    const part = fc.oneof(
      fc.constantFrom(':', '::', '.', '/', '%', '0', '00', 'ffff', 'FFFF', '12345', '1.2.3.4'),
      fc.integer({ min: 0, max: 300 }).map(String),
      fc.integer({ min: 0, max: 0xfffff }).map((value) => value.toString(16)),
    )
    const text = fc.oneof(
      fc.array(part, { maxLength: 18 }).map((parts) => parts.join('')),
      fc.array(part, { maxLength: 9 }).map((parts) => parts.join(':')),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
      fc.ipV4(),
      fc.ipV6(),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        const expected = isIP(candidate) !== 0 && !candidate.includes('%')
        expect(parseIpAddress(candidate) !== undefined).toBe(expected)
      }),
      { numRuns: 5_000 },
    )
  })

  it('reads the address the URL parser reads', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1)
        expect(parseIpAddress(text)).toEqual(parseIpAddress(canonical))
      }),
    )
  })
})

describe('parseIpRange', () => {
  it.each([
    ...['1.2.3.4', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/08', '1.2.3.4/+8', '/8'],
    ...[
      '1.2.3.4/8/8',
      '1.2.3.4/255.0.0.0',
      '10.1/8',
      '010.0.0.0/8',
      '::/129',
      '::/ 1',
      'fe80::%1/64',
    ],
  ])('refuses %j', (text) => {
    expect(parseIpRange(text)).toBeUndefined()
  })
})

describe('contains', () => {
  it.each([
    ['10.255.255.255', '10.0.0.1/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['192.0.2.127', '192.0.2.0/25', true],
    ['192.0.2.128', '192.0.2.0/25', false],
    ['203.0.113.9', '0.0.0.0/0', true],
    ['203.0.113.9', '203.0.113.9/32', true],
    ['203.0.113.8', '203.0.113.9/32', false],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['2001:db8::1', '::/0', true],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['1.2.3.4', '::/0', false],
    ['::ffff:1.2.3.4', '1.2.0.0/16', true],
    ['::ffff:1.2.3.4', '::/0', false],
    ['1.2.3.4', '::ffff:1.2.0.0/112', true],
    ['1.3.3.4', '::ffff:1.2.0.0/112', false],
    ['1.2.3.4', '::ffff:0.0.0.0/95', false],
  ])('of %s in %s is %s', (address, range, expected) => {
    expect(isIn(address, range)).toBe(expected)
  })

  it('agrees with arithmetic on every prefix', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff })
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 32 }), (left, right, prefix) => {
        const dotted = (value: number) => [24, 16, 8, 0].map((at) => (value >>> at) & 255).join('.')
        const width = 2 ** (32 - prefix)
        const expected = Math.floor(left / width) === Math.floor(right / width)
        expect(isIn(dotted(left), `${dotted(right)}/${prefix}`)).toBe(expected)
      }),
    )
  })
})

describe('the one spelling of an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ])('of %s is %s', (text, spelling) => {
    const address = parseIpAddress(text)
    expect(address && formatIpAddress(address)).toBe(spelling)
  })

  it('is that of the platform for every IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = parseIpAddress(text)
        if (address?.family !== 6) return
        expect(formatIpAddress(address)).toBe(new URL(`http://[${text}]/`).hostname.slice(1, -1))
      }),
    )
  })
})
