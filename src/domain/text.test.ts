import { describe, expect, test } from 'vitest'
import {
  isPrintable,
  ownText,
  parseDescription,
  parseEmail,
  parseExternalId,
  parseName,
  parseTags,
  utf8Length,
} from './text.js'
import { Validation } from './validation.js'

function problemOf(parse: (v: Validation) => unknown): string {
  const v = new Validation()
  parse(v)
  return v.violations.map(({ field, reason }) => `${field} ${reason}`).join()
}

describe('a name', () => {
  test.each([
    ['platform', ''],
    ['Team (2) a.b_c-d', ''],
    ['a'.repeat(64), ''],
    ['', 'name REQUIRED'],
    ['a'.repeat(65), 'name TOO_LONG'],
    [' a', 'name FORMAT'],
    ['a ', 'name FORMAT'],
    ['a/b', 'name FORMAT'],
    ['équipe', 'name FORMAT'],
    ['a\nb', 'name FORMAT'],
  ])('`%s`: %s', (text, problem) => {
    expect(problemOf((v) => parseName(v, 'name', text))).toBe(problem)
  })
})

describe('a description', () => {
  test.each([
    ['', ''],
    ['Ce qu’il faut savoir 🤖', ''],
    ['🤖'.repeat(200), ''],
    ['🤖'.repeat(201), 'd TOO_LONG'],
    ['a\u0007', 'd FORMAT'],
    ['reversed \u202e', 'd FORMAT'],
    ['half \ud83e', 'd FORMAT'],
    ['broken \ufffd', 'd FORMAT'],
  ])('`%s`: %s', (text, problem) => {
    expect(problemOf((v) => parseDescription(v, 'd', text))).toBe(problem)
  })
})

describe('tags', () => {
  test.each<[string, readonly string[], string]>([
    ['ten', Array.from({ length: 10 }, (_, i) => `tag${i}`), ''],
    ['eleven', Array.from({ length: 11 }, (_, i) => `tag${i}`), 'tags TOO_MANY'],
    ['an empty one', ['a', ''], 'tags[1] REQUIRED'],
    ['a repeated one', ['a', 'b', 'a'], 'tags[2] DUPLICATE'],
    ['a colon', ['a:b'], 'tags[0] FORMAT'],
    ['a long one', ['a'.repeat(70)], ''],
    ['too long a one', ['a'.repeat(71)], 'tags[0] TOO_LONG'],
  ])('%s', (_, tags, problem) => {
    expect(problemOf((v) => parseTags(v, 'tags', tags))).toBe(problem)
  })
})

describe('an e-mail address', () => {
  test('has one spelling', () => {
    expect(parseEmail(new Validation(), 'email', 'Ada.L+x@Acme.Example')).toBe(
      'ada.l+x@acme.example',
    )
  })

  test.each([
    ['ada@acme.example', ''],
    ['', 'email REQUIRED'],
    ['ada', 'email FORMAT'],
    ['ada@acme', 'email FORMAT'],
    ['ada@@acme.example', 'email FORMAT'],
    ['ada lovelace@acme.example', 'email FORMAT'],
    ['adä@acme.example', 'email FORMAT'],
    [`${'a'.repeat(242)}@acme.example`, 'email TOO_LONG'],
    // The sign for kelvin becomes a plain k in lower case, and so another person's address.
    ['\u212aim@acme.example', 'email FORMAT'],
  ])('`%s`: %s', (text, problem) => {
    expect(problemOf((v) => parseEmail(v, 'email', text))).toBe(problem)
  })
})

test('an empty external id is none', () => {
  expect(parseExternalId(new Validation(), 'external_id', '')).toBeUndefined()
  expect(parseExternalId(new Validation(), 'external_id', 'hr-1')).toBe('hr-1')
  expect(problemOf((v) => parseExternalId(v, 'external_id', 'a'.repeat(201)))).toBe(
    'external_id TOO_LONG',
  )
})

test.each(['\u0000', '\u200b', '\u2028', '\ue000', '\ud800', '\ufffd'])(
  'a text with a character that nobody sees is not printable: %j',
  (character) => {
    expect(isPrintable(`a${character}`)).toBe(false)
  },
)

test.each(['', 'plain', 'é', '機械', '🤖', 'a é 機 🤖', 'half \ud83e'])(
  'counts the bytes of %j',
  (text) => {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text))
  },
)

test.each(['', 'compute:servers:start', 'naïve 🙂 \ud800'])('copies %j as it is', (text) => {
  expect(ownText(text)).toBe(text)
})
