import { parseArgs } from 'node:util'
import { secretMax, secretPattern } from '../domain/secret.js'
import { usageError } from './cli-error.js'
import type { OptionSpecs } from './command.js'
import { suggestion } from './nearest.js'

/** What stood on the command line of one command, already checked against its options. */
export class Arguments {
  readonly operands: readonly string[]
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands
    this.#values = values
  }

  has(option: string): boolean {
    return this.#values.has(option)
  }

  text(option: string): string | undefined {
    return this.texts(option).at(-1)
  }

  texts(option: string): readonly string[] {
    return this.#values.get(option) ?? []
  }

  operand(index: number): string {
    return this.operands[index] ?? ''
  }
}

/** Throws a usage error for what the specs do not know; what is quoted is never a value. */
export function parseArguments(argv: readonly string[], specs: OptionSpecs): Arguments {
  const values = new Map<string, readonly string[]>()
  const operands: string[] = []
  for (const token of tokenize(argv, specs)) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    checkOption(token, specs)
    const before = values.get(token.name) ?? []
    if (before.length > 0 && !specs[token.name]?.multiple) {
      throw usageError(`option \`--${token.name}\` is given twice`)
    }
    values.set(token.name, [...before, token.value ?? ''])
  }
  return new Arguments(operands, values)
}

/** Where the operands stand in `argv`, as far as options are known. */
export function operandIndexes(argv: readonly string[], specs: OptionSpecs): number[] {
  return tokenize(argv, specs)
    .filter((token) => token.kind === 'positional')
    .map((token) => token.index)
}

type OptionToken = {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function tokenize(argv: readonly string[], specs: OptionSpecs) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value, multiple }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(multiple && { multiple }),
        ...(name === 'help' && { short: 'h' }),
      },
    ]),
  )
  // Not strict: the messages of the strict parser repeat values, and suggest nothing.
  return parseArgs({ args: [...argv], options, strict: false, tokens: true }).tokens
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, specs: OptionSpecs): void {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  if (!spec) throw unknownOption(name, rawName, specs)
  if (spec.value === undefined) {
    if (value !== undefined) throw usageError(`option \`--${name}\` takes no value`)
    return
  }
  if (value === undefined || value === '') {
    throw usageError(`option \`--${name}\` needs a value: --${name} ${spec.value}`)
  }
  // `--file --json` is a forgotten value more often than a file named `--json`.
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    throw usageError(
      `option \`--${name}\` needs a value; one that begins with - is given as --${name}=VALUE`,
    )
  }
}

const secretOptions = new Set(['key', 'api-key', 'secret', 'secret-key', 'token', 'password'])

function unknownOption(name: string, rawName: string, specs: OptionSpecs) {
  if (secretOptions.has(name) && rawName.startsWith('--')) return secretOnCommandLine()
  const names = Object.keys(specs).map((each) => `--${each}`)
  const shown = rawName.startsWith('--') ? `--${name}` : rawName
  return usageError(`unknown option \`${shown}\`${suggestion(shown, names)}`)
}

/**
 * Throws when a secret stands anywhere on the command line, whatever the command: every user of
 * the machine can read it there, and the shell writes it into its history.
 */
export function refuseSecrets(argv: readonly string[]): void {
  const looksSecret = (text: string) =>
    secretPattern.test(text.slice(0, secretMax * 4)) || /(^|=)ps[te]_[0-9A-Za-z]{20,}/.test(text)
  if (argv.some(looksSecret)) throw secretOnCommandLine()
}

function secretOnCommandLine() {
  return usageError(
    'a secret must not stand on the command line, where other users of this machine and the ' +
      'history of the shell can read it; put it into a variable (--key-env NAME, POSTERN_API_KEY) ' +
      'or a file (--key-file FILE, --api-key-file FILE)',
  )
}
