import { expect, test } from 'vitest'
import { editDistance, nearest, suggestion } from './nearest.js'

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'ab', 1],
  ['ab', 'abc', 1],
  ['abc', 'axc', 1],
  ['chekc', 'check', 1],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('%s and %s are %i letters apart', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance)
})

test('the nearest name wins, and a far one is no suggestion', () => {
  const names = ['check', 'explain', 'export', 'import', 'key']
  expect(nearest('exprot', names)).toBe('export')
  expect(nearest('kye', names)).toBe('key')
  expect(nearest('deploy', names)).toBeUndefined()
  expect(suggestion('deploy', names)).toBe('')
  expect(suggestion('impot', names)).toBe('; did you mean `import`?')
})
