import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/condition.js'
import { compileCondition } from './compile.js'

const repeat = (text: string, count: number) => text.repeat(count)

describe('compileCondition', () => {
  it.each([
    'request.ip == "1.2.3.4" && has(request.user_agent)',
    'request.time > timestamp("2025-03-03T14:30:00.000Z")',
    'request.time - timestamp("2025-03-03T14:30:00Z") < duration("1h")',
    'resource.type.startsWith("compute:") || resource.project_id in ["a", "b"]',
    'resource.attributes.labels.env == "prod"',
    'principal.tags.exists(tag, tag == "on-call") && principal.type == "user"',
    'context.n == 1 && context.n < 2 && context.n == 1u',
    'context.flag',
    'type(context.n) == double && type(request.time) == google.protobuf.Timestamp',
    '[1, "a"].exists(x, x == "a")',
    'context.all(key, context[key] == 1)',
    'inIpRange(request.ip, "10.0.0.0/8")',
    'request.user_agent.matches("^curl/[0-9]+")',
    '// why\ntrue',
  ])('accepts %s', (source) => {
    expect(refusalOf(source)).toBe('accepted')
  })

  it.each(['', ' ', '1 +', 'a b', '"open', 'request.', '(', '__proto__ == 1', 'a{b: 1}', 'a.`b`'])(
    'refuses %j as SYNTAX',
    (source) => {
      expect(refusalOf(source)).toBe('SYNTAX')
    },
  )

  it.each([
    ...['1', '"true"', 'request.ip', 'request.time', '[true]', 'null', 'bool', '{"a": true}'],
    ...['request.time == "2025-03-03T14:30:00.000Z"', '1 == "a"', '1 == 1.0', '1 + 1.0 == 2.0'],
    ...['1 in principal.tags', '1 && true', '1 ? true : false', '!1', 'request.ip == null'],
    ...['request == context', 'request["ip"] == "a"', 'has(request)', 'has(context["a"])'],
    ...[
      'request.time.seconds == 1',
      'has(request.ip.x)',
      'inIpRange(request.ip, 1)',
      'size(1) == 1',
    ],
    ...['request.time.getHours(1) == 1', 'request.ip.all(x, true)'],
  ])('refuses %s as TYPE', (source) => {
    expect(refusalOf(source)).toBe('TYPE')
  })

  it.each([
    ...[
      'nope',
      'nope.x == 1',
      'request.nope == 1',
      'has(request.nope)',
      'resource.projectId == "a"',
    ],
    ...[
      'foo(1)',
      'request.ip.foo()',
      'context.a.foo()',
      'cel.bind(x, true, x)',
      'principal.key == 1',
    ],
    ...['request.ip.lowerAscii() == "a"', 'optional.none() == 1', 'google.protobuf.Any == int'],
    ...['request.time.getHours("Mars/Olympus") == 1', 'request.time.getHours("") == 1'],
    ...['[1].all(x, true) && x == 1', 'b"a".json() == {}', 'constructor == 1', 'toString == 1'],
  ])('refuses %s as UNKNOWN', (source) => {
    expect(refusalOf(source)).toBe('UNKNOWN')
  })

  it.each([
    'request.ip.matches(context.pattern)',
    'request.ip.matches("a" + "b")',
    `request.ip.matches("${repeat('a', 201)}")`,
    '[1].exists(request, true)',
    '[1].exists(context, true)',
    '[1].exists(int, int == 1)',
  ])('refuses %s as FORBIDDEN', (source) => {
    expect(refusalOf(source)).toBe('FORBIDDEN')
  })

  it.each(['(', '[a', '(a)\\\\1', '(?=a)', 'a{1001}'])('refuses the pattern %j', (pattern) => {
    expect(['SYNTAX', 'TOO_COSTLY']).toContain(refusalOf(`request.ip.matches("${pattern}")`))
  })

  it('refuses a chain of comparisons that the two parsers read differently', () => {
    expect(refusalOf('context.n == 1 == "a" in context')).toBe('SYNTAX')
    expect(refusalOf('context.flag == context.n < 2')).toBe('SYNTAX')
    expect(refusalOf('[1].all(x, context.flag != context.n < 2)')).toBe('SYNTAX')
    expect(refusalOf('context.flag == (context.n < 2)')).toBe('accepted')
    expect(refusalOf('(context.flag == context.l[0]) == ("a" in context)')).toBe('accepted')
    expect(refusalOf('context.n < 2 == context.flag')).toBe('accepted')
    expect(refusalOf('true == principal.tags.exists_one(t, t == "a")')).toBe('accepted')
  })

  it('refuses integers that do not fit 64 bits', () => {
    expect(refusalOf('9223372036854775807 > 1')).toBe('accepted')
    expect(refusalOf('-9223372036854775808 < 1')).toBe('accepted')
    expect(refusalOf('9223372036854775808 > 1')).toBe('SYNTAX')
    expect(refusalOf('18446744073709551615u > 1u')).toBe('accepted')
    expect(refusalOf('18446744073709551616u > 1u')).toBe('SYNTAX')
  })

  it('counts the length of a source in characters', () => {
    const quoted = (text: string) => `"${text}" != ""`
    expect(refusalOf(quoted(repeat('a', 2_048 - 8)))).toBe('accepted')
    expect(refusalOf(quoted(repeat('😀', 2_048 - 8)))).toBe('accepted')
    expect(refusalOf(quoted(repeat('a', 2_049 - 8)))).toBe('TOO_LONG')
    expect(refusalOf(repeat('(', 5_000_000))).toBe('TOO_LONG')
  })

  it('says at which character the problem is', () => {
    expect(compileCondition('true && nope')).toEqual({
      ok: false,
      problem: { reason: 'UNKNOWN', description: 'unknown variable `nope` at character 9' },
    })
  })

  it.each([
    ['parentheses', repeat('(', 1_000) + repeat(')', 1_000)],
    ['lists', repeat('[', 2_000)],
    ['maps', repeat('{1:', 600)],
    ['calls', repeat('size(', 400)],
    ['negations', `${repeat('!', 2_000)}true`],
    ['minus signs', `${repeat('-', 2_000)}1 == 1`],
    ['conditionals', `${repeat('true?', 400)}true`],
    ['selections', `context${repeat('.a', 1_000)}`],
    ['indexes', `context${repeat('[0]', 600)}`],
    ['disjunctions', `true${repeat('||true', 300)}`],
    ['sums', `1${repeat('+1', 500)} == 1`],
    ['a long list', `1 in [1${repeat(',1', 900)}]`],
  ])('refuses a source with too many %s', (_, source) => {
    expect(refusalOf(source)).toBe('TOO_LARGE')
  })

  it.each([
    'principal.tags.all(x, principal.tags.all(y, principal.tags.all(z, true)))',
    '[1].all(x, [1].all(y, [1].all(z, true)))',
    'context.l.all(x, context.l.all(y, x == y)) && context.l.all(x, context.l.all(y, x == y))',
    'context.l.all(x, (context.l + context.l).all(y, x == y))',
    '(context.l + context.l).all(x, (true ? context.l : context.l + [1]).all(y, x == y))',
    `context.l.exists(x, context.l.exists(y, x == y${repeat(' || x == y', 12)}))`,
    'request.ip.matches("(a{20}){50}")',
    'request.ip.matches("\\\\pL{256}\\\\pN{1}")',
    `request.ip.matches("${repeat('(\\\\pL{25}){10}', 7)}")`,
  ])('refuses %s as TOO_COSTLY', (source) => {
    expect(refusalOf(source)).toBe('TOO_COSTLY')
  })

  it.each([
    'principal.tags.all(x, principal.tags.all(y, x == y))',
    '[1, 2].all(x, principal.tags.all(y, true)) && principal.tags.all(z, true)',
    'principal.tags.filter(t, t != "").map(t, t + "!").exists(t, t == "a!")',
    'request.ip.matches("^[a-z]{1,63}$")',
  ])('accepts the affordable %s', (source) => {
    expect(refusalOf(source)).toBe('accepted')
  })
})
