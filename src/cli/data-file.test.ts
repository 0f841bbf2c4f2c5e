import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fieldPath, parseData, placed, readDataFile } from './data-file.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-data-file-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const noInput = { stdin: Readable.from([]) }

describe('a file is read', () => {
  test.each([
    ['YAML', 'a: [1, two]\n'],
    ['JSON', '{"a": [1, "two"]}'],
    ['JSON indented with tabs', '{\n\t"a": [\n\t\t1,\n\t\t"two"\n\t]\n}'],
    ['lines that end as on Windows', 'a:\r\n  - 1\r\n  - two\r\n'],
    ['a byte order mark', '\ufeffa: [1, two]\n'],
    ['markers of one document', '%YAML 1.2\n---\na: [1, two]\n...\n'],
    ['an alias or two', 'a: [1, &t two]\n'],
  ])('as %s', async (_, text) => {
    const { value } = await readDataFile(file('read.yaml', text), noInput)
    expect(value).toEqual({ a: [1, 'two'] })
  })

  test('from standard input when it is named -', async () => {
    const stdin = Readable.from([Buffer.from('a: '), Buffer.from('1')])
    expect(await readDataFile('-', { stdin })).toMatchObject({
      name: 'standard input',
      value: { a: 1 },
    })
  })

  test('with the core types alone: no dates, no yes and no, no merged keys', () => {
    const text = 'a: 2030-01-01\nb: yes\nc: { <<: { d: 1 } }\n__proto__: { e: 1 }\n'
    const { value } = parseData('x', text)
    expect(JSON.stringify(value)).toBe(
      '{"a":"2030-01-01","b":"yes","c":{"<<":{"d":1}},"__proto__":{"e":1}}',
    )
  })
})

describe('a file is refused with its line and column', () => {
  test.each([
    ['a tab for indentation', 'a:\n\t- b\n', 'x:2:1: Tabs are not allowed as indentation'],
    ['a key given twice', 'a: 1\nb: 2\na: 3\n', 'x:3:1: Map keys must be unique'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'x:2:1: only one document may be in a file'],
    ['a tag of its own', 'a: !mine 1\n', 'x:1:4: Unresolved tag: !mine'],
    ['a NUL', 'a: 1\nb: "\0"\n', 'x:2:5: must not hold NUL characters'],
    ['deep brackets', '['.repeat(100_000), 'x:1:65: must not nest deeper than 64 levels'],
    ['deep lists', '- '.repeat(100_000), /^x:1:\d+: must not nest deeper than 64 levels$/],
  ])('for %s', (_, text, message) => {
    expect(() => parseData('x', text)).toThrow(message)
  })

  test('for several mistakes, the first of them', () => {
    expect(() => parseData('x', '{"users": [}')).toThrow(
      expect.objectContaining({
        exitCode: 65,
        message: 'x cannot be read as YAML or JSON:',
        violations: expect.arrayContaining([expect.objectContaining({ line: 1, column: 12 })]),
      }),
    )
  })
})

test('aliases of aliases are refused before they fill the memory', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 12; i++) {
    lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`)
  }
  expect(() => parseData('x', lines.join('\n'))).toThrow('x: aliases stand for too much')
})

test.each([
  ['nothing', '', 66, /is empty$/],
  ['only blanks', ' \n\t\n', 66, /is empty$/],
  ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0x61]), 65, /must be UTF-8 text$/],
  ['UTF-16', Buffer.from('\ufeffa: 1', 'utf16le'), 65, /must be UTF-8 text; this is UTF-16$/],
])('a file of %s is refused', async (_, content, exitCode, message) => {
  await expect(readDataFile(file('refused.yaml', content), noInput)).rejects.toMatchObject({
    exitCode,
    message: expect.stringMatching(message),
  })
})

test('a file over 16 MB is refused', async () => {
  const path = file('large.yaml', 'a: 1\n')
  truncateSync(path, 16 * 1024 * 1024 + 1)
  await expect(readDataFile(path, noInput)).rejects.toMatchObject({
    exitCode: 65,
    message: `${path}: must be at most 16 MB`,
  })
})

test('empty standard input is refused', async () => {
  await expect(readDataFile('-', noInput)).rejects.toMatchObject({
    exitCode: 66,
    message: 'standard input is empty',
  })
})

describe('the place of a field', () => {
  const data = parseData(
    'x',
    ['policies:', '  - name: p', '    rules:', '      - { effect: deny, projects: [a, b] }'].join(
      '\n',
    ),
  )

  test.each([
    ['policies[0].name', { line: 2, column: 11 }],
    ['policies[0].rules[0].projects[1]', { line: 4, column: 39 }],
    ['policies[0].rules[0].scope', { line: 4, column: 9 }],
    ['policies[7].name', { line: 2, column: 3 }],
    ['groups[0]', undefined],
    ['', undefined],
  ])('%s is found, or what is around it', (field, place) => {
    expect(data.placeOf(field)).toEqual(place)
  })

  test('is added to violations', () => {
    const violation = { field: 'policies[0]', reason: 'R', description: 'd' }
    expect(placed(data, [violation])).toEqual([{ ...violation, line: 2, column: 5 }])
  })

  test('has steps of names and indexes', () => {
    expect(fieldPath('policies[3].rules[0].permission_sets')).toEqual([
      'policies',
      3,
      'rules',
      0,
      'permission_sets',
    ])
  })
})
