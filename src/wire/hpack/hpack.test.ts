import { describe, expect, it, test } from 'vitest'
import type { Fields } from '../fields.js'
import { HpackDecoder } from './decoder.js'
import { DynamicTable } from './dynamic-table.js'
import { encodeFields, encodeInteger, encodeString } from './encoder.js'
import { decodeHuffman, encodeHuffman } from './huffman.js'

const limits = { listBytesMax: 100_000, fieldsMax: 100 }
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('integers', () => {
  test.each([
    ['C.1.1: 10 in five bits', 10, 5, '0a'],
    ['C.1.2: 1337 in five bits', 1_337, 5, '1f9a0a'],
    ['C.1.3: 42 in eight bits', 42, 8, '2a'],
  ])('%s', (_, value, bits, octets) => {
    expect(encodeInteger(value, bits, 0).toString('hex')).toBe(octets)
  })

  it('at the edge of the prefix take one octet more', () => {
    expect(encodeInteger(30, 5, 0).toString('hex')).toBe('1e')
    expect(encodeInteger(31, 5, 0).toString('hex')).toBe('1f00')
  })
})

describe('strings', () => {
  test.each([
    ['www.example.com', 'f1e3c2e5f23a6ba0ab90f4ff'],
    ['no-cache', 'a8eb10649cbf'],
    ['custom-value', '25a849e95bb8e8b4bf'],
    ['302', '6402'],
    ['private', 'aec3771a4b'],
    ['Mon, 21 Oct 2013 20:13:21 GMT', 'd07abe941054d444a8200595040b8166e082a62d1bff'],
  ])('appendix C: `%s` in Huffman', (text, octets) => {
    expect(encodeHuffman(text).toString('hex')).toBe(octets)
    expect(decodeHuffman(hex(octets), 0, octets.length / 2)).toBe(text)
  })

  it('of every octet come back from Huffman', () => {
    const text = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)).toString('latin1')
    const coded = encodeHuffman(text)
    expect(decodeHuffman(coded, 0, coded.length)).toBe(text)
  })

  it('are sent in whichever form is shorter', () => {
    expect(encodeString('aaaa')[0]).toBe(0x83)
    expect(encodeString('~~~~')[0]).toBe(4)
  })
})

const request = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com']
const second = [...request, 'cache-control', 'no-cache']
const third = [
  ...[':method', 'GET', ':scheme', 'https', ':path', '/index.html'],
  ...[':authority', 'www.example.com', 'custom-key', 'custom-value'],
]
const dates = ['Mon, 21 Oct 2013 20:13:21 GMT', 'Mon, 21 Oct 2013 20:13:22 GMT']
const location = ['location', 'https://www.example.com']
const responses = [
  [':status', '302', 'cache-control', 'private', 'date', dates[0] ?? '', ...location],
  [':status', '307', 'cache-control', 'private', 'date', dates[0] ?? '', ...location],
  [
    ...[':status', '200', 'cache-control', 'private', 'date', dates[1] ?? '', ...location],
    ...['content-encoding', 'gzip'],
    ...['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ],
]

describe('blocks, each on the table that the one before has left', () => {
  const histories: readonly (readonly [string, number, readonly (readonly [string, Fields])[]])[] =
    [
      [
        'C.2: the four kinds of field',
        4_096,
        [
          [
            '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
            ['custom-key', 'custom-header'],
          ],
          ['040c 2f73 616d 706c 652f 7061 7468', [':path', '/sample/path']],
          ['1008 7061 7373 776f 7264 0673 6563 7265 74', ['password', 'secret']],
          ['82', [':method', 'GET']],
        ],
      ],
      [
        'C.3: requests without Huffman',
        4_096,
        [
          ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', request],
          ['8286 84be 5808 6e6f 2d63 6163 6865', second],
          ['8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65', third],
        ],
      ],
      [
        'C.4: requests with Huffman',
        4_096,
        [
          ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', request],
          ['8286 84be 5886 a8eb 1064 9cbf', second],
          ['8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', third],
        ],
      ],
      [
        'C.6: responses with Huffman, which evict one another',
        256,
        [
          [
            '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
            responses[0] ?? [],
          ],
          ['4883 640e ffc1 c0bf', responses[1] ?? []],
          [
            '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
            responses[2] ?? [],
          ],
        ],
      ],
    ]

  test.each(histories)('%s', (_, tableBytes, blocks) => {
    const decoder = new HpackDecoder(limits, tableBytes)
    for (const [octets, fields] of blocks) {
      expect(decoder.decode(hex(octets))).toEqual({ fields, isTooLarge: false })
    }
  })

  it('that are encoded here decode to what they were, and leave no trace', () => {
    const decoder = new HpackDecoder(limits)
    const { tableVersion } = decoder
    for (const fields of [request, second, third, ...responses]) {
      expect(decoder.decode(encodeFields(fields)).fields).toEqual(fields)
    }
    expect(decoder.tableVersion).toBe(tableVersion)
  })

  it('that are too large are read to their end, for the sake of the next', () => {
    const decoder = new HpackDecoder({ listBytesMax: 60, fieldsMax: 100 })
    const block = hex('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')
    expect(decoder.decode(block)).toEqual({ fields: [':method', 'GET'], isTooLarge: true })
    expect(decoder.decode(hex('be'))).toMatchObject({ fields: [':authority', 'www.example.com'] })
  })

  it('that are too large by far are not', () => {
    const decoder = new HpackDecoder(limits)
    expect(decoder.decode(Buffer.alloc(2_048, 0x82)).isTooLarge).toBe(true)
    expect(() => decoder.decode(Buffer.alloc(2_049, 0x82))).toThrow('more than 2048 fields')
  })
})

describe('the dynamic table', () => {
  it('evicts the oldest, and counts 32 octets beyond each entry', () => {
    const table = new DynamicTable(100)
    table.add('a', '1')
    table.add('b', '2')
    expect([table.count, table.size]).toEqual([2, 68])
    table.add('c', '3')
    expect([table.count, table.name(0), table.name(1)]).toEqual([2, 'c', 'b'])
  })

  it('is emptied by an entry larger than itself', () => {
    const table = new DynamicTable(100)
    table.add('a', '1')
    table.add('b', 'x'.repeat(100))
    expect([table.count, table.size]).toEqual([0, 0])
  })

  it('shrinks when told, and grows to no more than was announced', () => {
    const table = new DynamicTable(100)
    table.add('a', '1')
    table.add('b', '2')
    table.resize(34)
    expect([table.count, table.name(0)]).toEqual([1, 'b'])
    table.resize(100)
    expect(() => table.resize(101)).toThrow('larger than was allowed')
  })

  it('goes round and round', () => {
    const table = new DynamicTable(4_096)
    for (let index = 0; index < 1_000; index++) table.add('n', String(index))
    expect(table.value(0)).toBe('999')
    expect(table.value(table.count - 1)).toBe(String(1_000 - table.count))
  })
})
