import { operandIndexes } from './arguments.js'
import { usageError } from './cli-error.js'
import type { Command } from './command.js'
import { connectionOptions } from './connection-options.js'
import { suggestion } from './nearest.js'

export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly argv: readonly string[] }
  /** The words name a group of commands, such as `key`; none at all name all of them. */
  | { readonly kind: 'group'; readonly words: string; readonly argv: readonly string[] }

/** Finds the command by the words before its operands; common options may come before them. */
export function findCommand(argv: readonly string[], commands: readonly Command[]): Found {
  const indexes = operandIndexes(argv, connectionOptions)
  const words = indexes.map((index) => argv[index] ?? '')
  const command = [...commands]
    .sort((a, b) => b.path.length - a.path.length)
    .find(({ path }) => startsWith(words, path.split(' ')))
  if (command) {
    const taken = new Set(indexes.slice(0, command.path.split(' ').length))
    return { kind: 'command', command, argv: argv.filter((_, index) => !taken.has(index)) }
  }
  const [first = '', second] = words
  const isGroup = first === '' || commands.some(({ path }) => path.startsWith(`${first} `))
  if (isGroup && second === undefined) {
    return { kind: 'group', words: first, argv: argv.filter((_, index) => index !== indexes[0]) }
  }
  throw unknownCommand(isGroup ? `${first} ${second}` : first, commands)
}

function startsWith(words: readonly string[], path: readonly string[]): boolean {
  return path.every((word, index) => words[index] === word)
}

function unknownCommand(given: string, commands: readonly Command[]) {
  const names = commands.flatMap(({ path }) => [path, path.split(' ')[0] ?? path])
  return usageError(`unknown command \`${given}\`${suggestion(given, names)}`)
}
