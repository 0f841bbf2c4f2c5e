import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Reason } from '../src/grpc/gen/postern/v1/authorization.js'
import { corpusFiles } from './support/offline.js'
import { parseStatements, problemOf } from './support/semantics.js'

const page = readFileSync(new URL('../docs/semantics.md', import.meta.url), 'utf8')
const statements = parseStatements(page)

test('statements are numbered from 1 in each section, none left out', () => {
  const sections = [...page.matchAll(/^## (\d+)\. /gm)].map(([, section]) => Number(section))
  expect(sections).toEqual([1, 2, 3])
  const counts = new Map<number, number>()
  for (const { number } of statements) {
    const [section = 0, position] = number.split('.').map(Number)
    counts.set(section, (counts.get(section) ?? 0) + 1)
    expect(position, number).toBe(counts.get(section))
  }
  expect([...counts.keys()]).toEqual(sections)
})

test.each(corpusFiles)('the manual names %s', (file) => {
  expect(page).toContain(`\`test/decisions/${file}\``)
})

describe('the manual', () => {
  test.each(statements)('$number is held by cases that exist: $text', ({ references }) => {
    expect(references).not.toEqual([])
    expect(references.flatMap((each) => problemOf(each) ?? [])).toEqual([])
  })

  const reasons = Object.keys(Reason).filter(
    (name) => !/^(UNSPECIFIED|UNRECOGNIZED|-?\d+)$/.test(name),
  )
  test.each(reasons)('says what %s means', (reason) => {
    expect(page).toContain(`\`${reason}\``)
  })
})

describe('a reference', () => {
  const file = 'test/decisions/a-group-grants-its-members.yaml'
  test.each([
    [file, 'user A, a member, starts a server in project B', undefined],
    [file, 'user A', `${file} has no case \`user A\``],
    ['test/decisions/nothing.yaml', 'x', 'test/decisions/nothing.yaml does not exist'],
    ['test/semantics.test.ts', 'a reference', undefined],
    [
      'test/semantics.test.ts',
      'no such title',
      'test/semantics.test.ts has no case `no such title`',
    ],
    ['README.md', 'Postern', 'README.md is neither a corpus file nor a test'],
  ])('to %s: %s', (path, name, problem) => {
    expect(problemOf({ file: path, name })).toBe(problem)
  })

  test.each(['**1.1** no anchor', '- `file` no case', '<a id="s1.1"></a>**1.2** another'])(
    'or statement that cannot be read is refused: %s',
    (line) => {
      expect(() => parseStatements(line)).toThrow()
    },
  )
})
