import { Environment } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inputOf } from '../../../test/support/condition.js'
import { compileCondition } from './compile.js'

// The type checker's library can evaluate as well. Written by other people from the same
// specification, it is a second opinion on every expression that gives both of them a bool.
const environment = new Environment({ homogeneousAggregateLiterals: false })
  .registerVariable('request', { schema: { ip: 'string', time: 'google.protobuf.Timestamp' } })
  .registerVariable('principal', { schema: { id: 'string', tags: 'list<string>' } })
  .registerVariable('context', 'map<string, dyn>')

type Text = fc.Arbitrary<string>

const binary = (left: Text, operators: readonly string[], right: Text): Text =>
  fc.tuple(left, fc.constantFrom(...operators), right).map(([a, op, b]) => `(${a} ${op} ${b})`)

const word = fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'A', '10.0.0.1')
const quoted = word.map((text) => `"${text}"`)
const key = fc.constantFrom('n', 'text', 'flag', 'list', 'map', 'nothing', 'missing')

const { condition } = fc.letrec<{ condition: string; text: string; int: string; list: string }>(
  (tie) => ({
    text: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'depth' },
      quoted,
      fc.constantFrom('request.ip', 'principal.id', 'context.text', 'principal.tags[0]'),
      binary(tie('text'), ['+'], tie('text')),
      tie('int').map((int) => `string(${int})`),
      fc
        .tuple(tie('condition'), tie('text'), tie('text'))
        .map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
    int: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'depth' },
      fc.integer({ min: -3, max: 30 }).map(String),
      fc.constantFrom('int(context.n)', 'request.time.getHours()', 'request.time.getDayOfWeek()'),
      tie('text').map((text) => `size(${text})`),
      tie('list').map((list) => `${list}.size()`),
      binary(tie('int'), ['+', '-', '*', '/', '%'], tie('int')),
    ),
    list: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'depth' },
      fc.constant('principal.tags'),
      fc.array(tie('text'), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc.tuple(tie('list'), tie('text')).map(([list, text]) => `${list}.filter(x, x != ${text})`),
      fc.tuple(tie('list'), tie('text')).map(([list, text]) => `${list}.map(x, x + ${text})`),
    ),
    condition: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'depth' },
      fc.constantFrom('true', 'false', 'context.flag', 'context.n == 1', 'context.missing == 1'),
      key.map((name) => `has(context.${name})`),
      key.map((name) => `"${name}" in context`),
      fc
        .tuple(key, fc.constantFrom('1', '"a"', 'true', 'null', '["a"]', '1.0'))
        .map(([name, value]) => `context.${name} == ${value}`),
      binary(tie('text'), ['==', '!=', '<', '<=', '>', '>='], tie('text')),
      binary(tie('int'), ['==', '!=', '<', '<=', '>', '>='], tie('int')),
      binary(tie('list'), ['==', '!='], tie('list')),
      binary(tie('text'), ['in'], tie('list')),
      binary(tie('condition'), ['&&', '||', '==', '!='], tie('condition')),
      tie('condition').map((inner) => `!${inner}`),
      fc
        .tuple(tie('text'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text'))
        .map(([text, method, part]) => `${text}.${method}(${part})`),
      fc
        .tuple(tie('list'), fc.constantFrom('all', 'exists', 'exists_one'), tie('text'))
        .map(([list, macro, text]) => `${list}.${macro}(y, y >= ${text})`),
    ),
  }),
)

const context = fc.record(
  {
    n: fc.constantFrom(0, 1, 2, 0.5, -1),
    text: word,
    flag: fc.boolean(),
    list: fc.array(word, { maxLength: 2 }),
    map: fc.dictionary(word, fc.integer(), { maxKeys: 2 }),
    nothing: fc.constant(null),
  },
  { requiredKeys: [] },
)
const tags = fc.array(word, { maxLength: 3 })
const timeMs = fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1_000)

it('agrees with a second implementation wherever both give a bool', () => {
  let compared = 0
  fc.assert(
    fc.property(condition, context, tags, timeMs, (source, values, tagValues, time) => {
      const request = { ip: '10.0.0.1', timeMs: time }
      const input = inputOf({ request, principal: { tags: tagValues }, context: values })
      const ours = evaluateOurs(source, input)
      const theirs = evaluateTheirs(source, input)
      if (ours === undefined || theirs === undefined) return
      compared++
      expect(ours).toBe(theirs)
    }),
    { numRuns: 3_000 },
  )
  expect(compared).toBeGreaterThan(1_000)
})

function evaluateOurs(source: string, input: ReturnType<typeof inputOf>): boolean | undefined {
  const compiled = compileCondition(source)
  if (!compiled.ok) return undefined
  const { kind } = compiled.condition.evaluate(input)
  return kind === 'error' ? undefined : kind === 'true'
}

function evaluateTheirs(source: string, input: ReturnType<typeof inputOf>): boolean | undefined {
  try {
    const result: unknown = environment.evaluate(source, {
      request: { ip: input.request.ip, time: new Date(input.request.timeMs) },
      principal: { id: input.principal.id, tags: [...input.principal.tags] },
      context: input.context,
    })
    return typeof result === 'boolean' ? result : undefined
  } catch {
    // An error there is no opinion.
    return undefined
  }
}
