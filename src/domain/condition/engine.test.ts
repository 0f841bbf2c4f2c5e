import { describe, expect, it } from 'vitest'
import {
  inputOf,
  mustCompile,
  outcomeOf,
  type PartialInput,
} from '../../../test/support/condition.js'
import type { Attributes, AttributeValue } from './condition.js'

const rich: PartialInput = {
  request: { ip: '10.1.2.3', userAgent: 'curl/8.5' },
  resource: {
    name: 'vm-1',
    type: 'compute:server',
    id: 'r1',
    projectId: 'pr1',
    locality: 'fr-par-1',
  },
  principal: { attributes: { level: 3 }, tags: ['on-call', 'eu'] },
  context: {
    n: 1,
    half: 0.5,
    flag: true,
    nothing: null,
    text: 'abc',
    list: ['a', 'b', 1],
    map: { inner: { x: 'y' } },
  },
}

describe('a condition', () => {
  it.each([
    'request.ip == "10.1.2.3" && request.user_agent.startsWith("curl/")',
    'resource.name == "vm-1" && resource.type == "compute:server" && resource.id == "r1"',
    'resource.project_id == "pr1" && resource.locality == "fr-par-1"',
    'principal.id == "p1" && principal.type == "user" && principal.attributes.level >= 3',
    '"eu" in principal.tags && !("us" in principal.tags) && principal.tags.size() == 2',
    'context.n == 1 && 1 == context.n && context.n == 1u && context.n == 1.0 && context.n < 2',
    'context.half < 1 && context.half != 0 && int(context.n) + 1 == 2',
    'context.n in [1, 2] && 1 in context.list && "b" in context.list',
    'context.flag && context["flag"] && context.map.inner.x == "y" && context.map["inner"].x == "y"',
    'context.nothing == null && has(context.nothing) && "nothing" in context',
    'has(context.map.inner.x) && !has(context.map.inner.z) && !has(context.map.z)',
    'context.list.exists(x, x == 1) && context.list.exists_one(x, x == "a")',
    'context.list.filter(x, x == "a").map(x, [x, x]) == [["a", "a"]]',
    'principal.tags.all(tag, tag.size() > 1) && context.map.all(key, key == "inner")',
    'context.missing == 1 || true',
    '!(context.missing == 1 && false)',
    'request.user_agent.matches("^curl/[0-9]+[.]") && !request.user_agent.matches("^[0-9]")',
    'timestamp(1) == timestamp("1970-01-01T00:00:01Z") && int(timestamp(5)) == 5',
    'duration("1h30m") == duration("5400s") && duration("-1.5s") < duration("0")',
    'string(request.time) == "2025-03-03T14:30:00Z"',
    '"\\uFFFF" < "\\U00010000" && size("é😀") == 2 && bytes("é").size() == 2',
    'double("1.5e1") == 15.0 && int("-7") == -7 && uint("7") == 7u && bool("true")',
    '{"a": null}["a"] == null && "a" in {"a": null}',
    'type(context.n) == double && type(context.list) == list && type(request.time) != type(1)',
    '(context.flag ? context.map : context.map.inner).inner.x == "y"',
  ])('holds: %s', (source) => {
    expect(outcomeOf(source, rich)).toBe('true')
  })

  it.each([
    'request.ip == "10.1.2.4"',
    '!has(context.nothing)',
    '!("nothing" in context)',
    '[{"a": null}].all(m, !has(m.a))',
    '[0.0 / 0.0].exists(x, x == x) || [[0.0 / 0.0]].exists(x, x == x)',
    'has(request.ip) && false',
    'context.text == 1 || context.n == "1" || context.flag == 1 || context.nothing == 0',
    'context.half in [0, 1]',
    'context.list == ["a", "b"] || context.map == {"inner": 1}',
  ])('does not hold: %s', (source) => {
    expect(outcomeOf(source, rich)).toBe('false')
  })

  it.each([
    ...[
      'context.missing',
      'context.missing == 1',
      'context.missing != 1',
      '!(context.missing == 1)',
    ],
    ...['context.text', 'context.n', 'context.nothing', '!context.text', 'context.n && true'],
    ...['context.n || false', 'context.n ? true : true', 'context.n + 1 == 2', 'context.text > 1'],
    ...[
      'has(context.missing.x)',
      '!has(context.text.x)',
      '!has(context.n.x)',
      '!has(context.list.x)',
    ],
    ...['context.list[9] != 1', 'context.list[0.5] != 1', 'context.list["size"] != 1'],
    ...['context.text.length != 1', 'context.text[0] != "a"', 'context.list.length != 1'],
    ...['context.n.matches("a")', '!context.list.startsWith("a")', 'context.n.all(x, true)'],
    ...['[request.time].exists(t, t.seconds > 0)', '[request.time].exists(t, t["seconds"] > 0)'],
    ...['request.time["seconds"] > 0', '[{"t": request.time}].all(m, !has(m.t.seconds))'],
    ...[
      'int("") == 0',
      'int("0x10") == 16',
      'int(" 1") == 1',
      'int("1.0") == 1',
      'uint("-1") == 0u',
    ],
    ...['double("") == 0.0', 'double("abc") != 1.0', 'double("0x1") == 1.0', 'bool("yes")'],
    ...[
      'duration("") == duration("0s")',
      'duration("1") == duration("1s")',
      'duration("1h ") != duration("0")',
    ],
    ...[
      'timestamp("2025-02-30T00:00:00Z") != request.time',
      'timestamp("2025-01-01") != request.time',
    ],
    ...[
      'timestamp("2023-02-29T00:00:00Z") < request.time',
      'timestamp(9223372036854775807) != request.time',
    ],
    ...['1 / 0 == 1', '1 % 0 == 1', '9223372036854775807 + 1 > 0', 'int(context.n) / 0 != 1'],
    ...['context.list.all(x, x != "a" || x > 1)', 'context.list.map(x, x + "!") != []'],
    ...['context.list.exists_one(x, x > 0)', '[1, 2].map(x, 1 / (x - 1)) != []'],
  ])('is an error: %s', (source) => {
    expect(outcomeOf(source, rich)).toBe('error')
  })

  it.each(['request.ip', 'request.user_agent', 'resource.name', 'resource.type', 'resource.id'])(
    'finds an absent %s absent and its reading an error',
    (field) => {
      expect(outcomeOf(`has(${field})`)).toBe('false')
      expect(outcomeOf(`${field} == ""`)).toBe('error')
      expect(outcomeOf(`${field} != ""`)).toBe('error')
    },
  )

  it.each(['resource.project_id', 'resource.locality'])('finds an absent %s absent', (field) => {
    expect(outcomeOf(`has(${field})`)).toBe('false')
    expect(outcomeOf(`${field} != ""`)).toBe('error')
  })

  it('reads 255 characters of the user agent', () => {
    const userAgent = `${'😀'.repeat(255)}x`
    expect(outcomeOf('request.user_agent.size() == 255', { request: { userAgent } })).toBe('true')
    expect(outcomeOf('request.user_agent.endsWith("x")', { request: { userAgent } })).toBe('false')
  })

  it('is the same however often it is evaluated', () => {
    const condition = mustCompile('request.ip == "a" && context.n == 1')
    for (const [ip, n, kind] of [
      ['a', 1, 'true'],
      ['b', 1, 'false'],
      ['a', 'x', 'false'],
      ['a', 1, 'true'],
    ] as const) {
      expect(condition.evaluate(inputOf({ request: { ip }, context: { n } })).kind).toBe(kind)
    }
    expect(condition.source).toBe('request.ip == "a" && context.n == 1')
  })
})

describe('attributes', () => {
  it.each([
    ...['context.__proto__ != 1', 'context.constructor != 1', 'context["toString"] != 1'],
    ...[
      'resource.attributes["__proto__"] != 1',
      'context.a.__proto__ != 1',
      'context.l.__proto__ != 1',
    ],
    ...['principal.attributes.hasOwnProperty != 1', 'context.l["constructor"] != 1'],
  ])('have no inherited properties: %s', (source) => {
    expect(outcomeOf(source, { context: { a: {}, l: [] } })).toBe('error')
  })

  it('may have own properties with the names of inherited ones', () => {
    const context: Attributes = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": "c", "a": {"constructor": {"name": "Object"}}}',
    )
    expect(outcomeOf('context.__proto__.x == 1 && context.constructor == "c"', { context })).toBe(
      'true',
    )
    expect(outcomeOf('context.a.constructor.name == "Object"', { context })).toBe('true')
    expect(outcomeOf('context.a == {"constructor": {"name": "Object"}}', { context })).toBe('true')
    expect(outcomeOf('has(context.prototype) || "x" in context', { context })).toBe('false')
  })

  it('do not read a property that the context lends from a prototype', () => {
    const context: Attributes = Object.create({ admin: true })
    expect(outcomeOf('has(context.admin)', { context })).toBe('false')
    expect(outcomeOf('context.admin', { context })).toBe('error')
  })

  it('that are not JSON are errors and never thrown', () => {
    const hostile: Attributes = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('mine')
      },
    })
    expect(outcomeOf('context.x == 1', { context: hostile })).toBe('error')
    expect(outcomeOf('request.time > timestamp(0)', { request: { timeMs: Number.NaN } })).toBe(
      'error',
    )
  })
})

describe('inIpRange', () => {
  it.each([
    ['10.1.2.3', '10.0.0.1/8', 'true'],
    ['::ffff:10.1.2.3', '10.0.0.0/8', 'true'],
    ['11.1.2.3', '10.0.0.0/8', 'false'],
    ['10.1.2.3', '::/0', 'false'],
    ['010.1.2.3', '10.0.0.0/8', 'error'],
    ['10.1', '10.0.0.0/8', 'error'],
    ['fe80::1%eth0', 'fe80::/10', 'error'],
    ['1.2.3.4', '1.2.3.4/33', 'error'],
    ['', '0.0.0.0/0', 'error'],
  ])('of %s in %s is %s, and never true when negated', (ip, range, expected) => {
    const negated = { true: 'false', false: 'true', error: 'error' }[expected]
    expect(outcomeOf(`inIpRange(request.ip, "${range}")`, { request: { ip } })).toBe(expected)
    expect(outcomeOf(`!inIpRange(request.ip, "${range}")`, { request: { ip } })).toBe(negated)
  })
})

describe('the budget of an evaluation', () => {
  const letters = (length: number) => 'a'.repeat(length)
  const tags = Array.from({ length: 100 }, (_, index) => `tag${index}`)
  let deepMap: AttributeValue = 1
  let deepList: AttributeValue = 1
  for (let depth = 0; depth < 50_000; depth++) {
    deepMap = { a: deepMap }
    deepList = [deepList]
  }
  const input: PartialInput = {
    principal: { tags },
    context: {
      text: letters(16_000),
      needle: `b${letters(8_000)}`,
      lists: tags.map(() => tags),
      zones: tags.map((_, index) => `Etc/GMT+${index % 13}`),
      over: [...tags, 'one more'],
      overMap: Object.fromEntries([...tags, 'one more'].map((tag) => [tag, 1])),
      huge: new Array<number>(1_000_000).fill(1),
      deepMap,
      deepMapToo: { a: deepMap },
      deepList,
    },
  }

  it.each([
    'context.over.all(x, true)',
    'context.over.exists(x, true)',
    'context.overMap.all(x, true)',
    '(context.over + context.over).map(x, x) != []',
    'context.huge.size() > 0',
    'context.deepMap == context.deepMapToo.a || context.deepMap != context.deepMapToo.a.a',
    'context.deepList.size() == 1',
    'context.lists.all(x, context.lists.all(y, x == y))',
    'context.lists.all(x, x.all(y, y in x))',
    'principal.tags.all(x, principal.tags.all(y, !context.text.contains(context.needle)))',
    'principal.tags.all(x, context.lists[0].all(y, (context.text + x).matches("^(a+)+b?")))',
    'principal.tags.all(x, context.zones.all(y, request.time.getHours(y) >= 0))',
    `["aa"]${'.map(a, a + a)'.repeat(28)} != []`,
    `[[1]]${'.map(a, a + a)'.repeat(20)} != []`,
    `[[1]${'.map(a, [a, a])'.repeat(24)}].exists(x, x == x)`,
    `[[1]${'.map(a, [a, a])'.repeat(24)}].exists(x, x in [x])`,
  ])('ends %s in an error', (source) => {
    expect(outcomeOf(source, input)).toBe('error')
  })

  it('cannot be overdrawn behind an absorbing operator', () => {
    const costly = 'context.lists.all(x, context.lists.all(y, x == y))'
    expect(outcomeOf(`${costly} || true`, input)).toBe('error')
    expect(outcomeOf(`!(${costly} && false)`, input)).toBe('error')
  })

  it('is whole again at the next evaluation', () => {
    expect(outcomeOf('context.huge.size() > 0', input)).toBe('error')
    expect(outcomeOf('principal.tags.all(x, principal.tags.exists(y, x == y))', input)).toBe('true')
  })

  it('suffices for a list of 100', () => {
    expect(outcomeOf('principal.tags.all(x, x.startsWith("tag"))', input)).toBe('true')
  })
})
