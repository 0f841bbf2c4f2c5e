import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { canonicalSegments } from './canonical-path.js'

describe('a canonical target is taken apart', () => {
  test.each<[string, string[]]>([
    ['/', ['']],
    ['/a', ['a']],
    ['/a/', ['a', '']],
    ['/a/b?x=../..//%00', ['a', 'b']],
    ['/?a', ['']],
    ['/caf%C3%A9', ['café']],
    ['/caf%c3%a9', ['café']],
    ['/a%20b', ['a b']],
    ['/a%3Ab@c', ['a:b@c']],
    ['/a:b@c', ['a:b@c']],
    ['/.a/b./...', ['.a', 'b.', '...']],
    ['/%F0%9F%A4%96', ['🤖']],
  ])('%s', (target, segments) => {
    expect(canonicalSegments(target)).toEqual(segments)
  })
})

describe('what two servers may read in two ways is refused', () => {
  test.each([
    ['', 'does not begin with `/`'],
    ['*', 'does not begin with `/`'],
    ['a/b', 'does not begin with `/`'],
    ['http://host/a', 'does not begin with `/`'],
    ['host:443', 'does not begin with `/`'],
    ['//a', 'holds `//`'],
    ['/a//b', 'holds `//`'],
    ['/a//', 'holds `//`'],
    ['/.', 'holds a dot segment'],
    ['/..', 'holds a dot segment'],
    ['/a/./b', 'holds a dot segment'],
    ['/a/../b', 'holds a dot segment'],
    ['/a/..', 'holds a dot segment'],
    ['/a/%2e%2e/b', 'escapes what needs no escape'],
    ['/a/.%2E/b', 'escapes what needs no escape'],
    ['/a/..%2fb', 'escapes a separator'],
    ['/a/..%5Cb', 'escapes a separator'],
    ['/%73ecret', 'escapes what needs no escape'],
    ['/%252e%252e/b', 'escapes a separator'],
    ['/a/..;/b', 'holds `;` or `\\`'],
    ['/a;v=1/b', 'holds `;` or `\\`'],
    ['/a%3bv=1/b', 'escapes a separator'],
    ['/a\\..\\b', 'holds `;` or `\\`'],
    ['/a%3fb', 'escapes a separator'],
    ['/a%23b', 'escapes a separator'],
    ['/a#b', 'holds a fragment'],
    ['/a%00', 'holds characters that are not printable'],
    ['/a%0d%0ab', 'holds characters that are not printable'],
    ['/a%7f', 'holds characters that are not printable'],
    ['/a%c2%85', 'holds characters that are not printable'],
    ['/%e2%80%aea', 'holds characters that are not printable'],
    ['/%c0%ae%c0%ae/b', 'is no valid UTF-8'],
    ['/%c0%af', 'is no valid UTF-8'],
    ['/%e0%80%af', 'is no valid UTF-8'],
    ['/%f8%80%80%80%af', 'is no valid UTF-8'],
    ['/%ed%a0%80', 'is no valid UTF-8'],
    ['/%ff', 'is no valid UTF-8'],
    ['/a%20', 'holds a segment with white space at its edge'],
    ['/%20a/b', 'holds a segment with white space at its edge'],
    ['/e%cc%81', 'is not in Unicode form NFC'],
    ['/a%', 'holds a broken escape'],
    ['/a%2', 'holds a broken escape'],
    ['/a%zz', 'holds a broken escape'],
    ['/a%u002e', 'holds a broken escape'],
    ['/café', 'holds characters that must be percent-encoded'],
    ['/a b', 'holds characters that must be percent-encoded'],
    ['/a\u0000', 'holds characters that must be percent-encoded'],
    ['/a\t', 'holds characters that must be percent-encoded'],
    ['/a?b\u0000', 'holds characters that must be percent-encoded'],
    [`/${'a'.repeat(8_192)}`, 'is too long'],
  ])('%.40s', (target, problem) => {
    expect(canonicalSegments(target)).toEqual({ problem })
  })
})

/** What a lenient server might make of a path: every usual repair, again and again. */
function leniently(path: string): string {
  let before = ''
  let after = path
  while (before !== after) {
    before = after
    after = decodeLeniently(after)
      .replaceAll('\\', '/')
      .replace(/;[^/]*/g, '')
      .replace(/\/+/g, '/')
    after = new URL(after, 'http://host').pathname
  }
  return decodeLeniently(after)
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

it('reads a path that it takes as every lenient server would', () => {
  const pieces = fc.constantFrom(
    '/',
    '.',
    '..',
    '%',
    '2e',
    '%2f',
    '%5c',
    ';',
    '\\',
    'a',
    'B',
    '%41',
    '%25',
    'é',
    '%c3%a9',
    '?',
    '#',
    '%20',
    ':',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const target = `/${parts.join('')}`
      const segments = canonicalSegments(target)
      if ('problem' in segments) return
      const path = target.split('?')[0] ?? ''
      expect(leniently(path)).toBe(`/${segments.join('/')}`)
    }),
    { numRuns: 5_000 },
  )
})
