import { expect, test } from 'vitest'
import { renderTree } from './tree.js'

test('branches hang on lines that end with the last one', () => {
  const tree = {
    label: 'key',
    children: [
      { label: 'a', children: [{ label: 'a1', children: [{ label: 'deep' }] }, { label: 'a2' }] },
      { label: 'b', children: [{ label: 'b1' }] },
    ],
  }
  expect(renderTree(tree)).toBe(
    ['key', '├─ a', '│  ├─ a1', '│  │  └─ deep', '│  └─ a2', '└─ b', '   └─ b1', ''].join('\n'),
  )
})

test('a root alone is one line', () => {
  expect(renderTree({ label: 'key' })).toBe('key\n')
})
