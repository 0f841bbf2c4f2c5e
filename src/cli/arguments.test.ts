import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseArguments, refuseSecrets } from './arguments.js'
import { CliError } from './cli-error.js'
import type { OptionSpecs } from './command.js'

const specs: OptionSpecs = {
  help: { help: '' },
  json: { help: '' },
  user: { value: 'ID', help: '' },
  'allow-action': { value: 'PATTERN', multiple: true, help: '' },
}

const secret = `pst_${'a1'.repeat(16)}b`

function refusal(work: () => unknown): CliError {
  try {
    work()
  } catch (error) {
    if (error instanceof CliError) return error
  }
  throw new Error('was not refused')
}

test('options and operands may stand in any order', () => {
  const args = parseArguments(['--json', 'a', '--user=x', 'b', '--', '--user'], specs)
  expect(args.operands).toEqual(['a', 'b', '--user'])
  expect([args.has('json'), args.text('user'), args.has('help')]).toEqual([true, 'x', false])
})

test('an option that may be repeated keeps its values in order', () => {
  const args = parseArguments(['--allow-action', 'a', '--allow-action=b'], specs)
  expect(args.texts('allow-action')).toEqual(['a', 'b'])
})

test('-h is short for --help', () => {
  expect(parseArguments(['-h'], specs).has('help')).toBe(true)
})

test.each([
  [['--usr', 'x'], 'unknown option `--usr`; did you mean `--user`?'],
  [['--frobnicate'], 'unknown option `--frobnicate`'],
  [['--__proto__'], 'unknown option `--__proto__`'],
  [['-x'], 'unknown option `-x`'],
  [['--user'], 'option `--user` needs a value: --user ID'],
  [['--user='], 'option `--user` needs a value: --user ID'],
  [
    ['--user', '--json'],
    'option `--user` needs a value; one that begins with - is given as --user=VALUE',
  ],
  [['--json=yes'], 'option `--json` takes no value'],
  [['--user', 'a', '--user', 'b'], 'option `--user` is given twice'],
])('%j is refused and told why', (argv, message) => {
  expect(refusal(() => parseArguments(argv, specs))).toMatchObject({ exitCode: 64, message })
})

describe('a secret on the command line', () => {
  test.each([
    [secret],
    [`--user=${secret}`],
    [`pse_${'a1'.repeat(16)}b`],
    [`${secret}extra`],
    [`x ${secret}`],
  ])('is refused, and not repeated: %#', (word) => {
    const { exitCode, message } = refusal(() => refuseSecrets(['check', word]))
    expect(exitCode).toBe(64)
    expect(message).toMatch(/^a secret must not stand on the command line/)
    expect(message).not.toContain(word)
  })

  test.each([['--key', 'x'], ['--api-key=x'], ['--secret', 'x'], ['--token', 'x']])(
    'is refused by the name of its option: %s',
    (...argv) => {
      expect(refusal(() => parseArguments(argv, specs)).message).toMatch(/^a secret must not/)
    },
  )

  test('is not seen where there is none', () => {
    expect(() => refuseSecrets(['check', 'pst_short', 'PST3K9XQ0A7RW2M5LC8D'])).not.toThrow()
  })
})

test('whatever stands on the command line is read or refused, without its values', () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom('--user', '--', '-', '--json', '--=', '--no-'),
  )
  fc.assert(
    fc.property(fc.array(words), (argv) => {
      try {
        parseArguments(argv, specs)
      } catch (error) {
        expect(error).toBeInstanceOf(CliError)
      }
    }),
  )
})
