import { expect, test } from 'vitest'
import { DocumentChange_Kind as Kind } from '../grpc/gen/postern/v1/document.js'
import { changesText } from './changes-text.js'
import type { Paint } from './terminal.js'

const plain: Paint = (_, text) => text
const change = (kind: Kind, noun: string, name: string, fields: string[] = []) => {
  return { kind, noun, name, fields }
}

const changes = [
  change(Kind.CREATE, 'permission_set', 'RobotOperator', ['permissions']),
  change(Kind.UPDATE, 'user', 'ada@acme.example', ['tags', 'locked']),
  change(Kind.DELETE, 'policy', 'old'),
]

test('each change is a line with its sign, and the last line counts them', () => {
  expect(changesText(changes, { dryRun: false, paint: plain })).toBe(
    [
      '+ permission set  RobotOperator',
      '~ user            ada@acme.example (tags, locked)',
      '- policy          old',
      '',
      '1 created, 1 updated, 1 deleted',
      '',
    ].join('\n'),
  )
})

test('a dry run says that nothing was changed', () => {
  expect(changesText(changes.slice(2), { dryRun: true, paint: plain })).toBe(
    '- policy  old\n\n1 to delete; nothing was changed\n',
  )
})

test('signs have colours of their own', () => {
  const tagged: Paint = (style, text) => `<${style}>${text}`
  const lines = changesText(changes, { dryRun: false, paint: tagged }).split('\n')
  expect(lines.slice(0, 3).map((line) => line.slice(0, 9))).toEqual([
    '<green>+ ',
    '<yellow>~',
    '<red>- po',
  ])
})

test('no changes are told in one line', () => {
  expect(changesText([], { dryRun: false, paint: plain })).toBe('nothing to change\n')
})
