import { expect, test } from 'vitest'
import { renderFields, renderTable } from './table.js'

test('columns are as wide as their widest cell, and lines end with text', () => {
  expect(
    renderTable(
      ['KEY', 'FOR'],
      [
        ['PST1', 'a long description'],
        ['PST22222', ''],
      ],
    ),
  ).toBe(['KEY       FOR', 'PST1      a long description', 'PST22222', ''].join('\n'))
})

test('a table without rows is its headers', () => {
  expect(renderTable(['KEY', 'FOR'], [])).toBe('KEY  FOR\n')
})

test('a cell cannot break its line or move the cursor', () => {
  expect(renderTable(['A'], [['one\ntwo\u001b[2J\u202e']])).toBe('A\none two·[2J·\n')
})

test('fields have their values in one column', () => {
  expect(
    renderFields([
      ['Name', 'Acme'],
      ['Access key', 'PST1'],
    ]),
  ).toBe('Name:       Acme\nAccess key: PST1\n')
})
