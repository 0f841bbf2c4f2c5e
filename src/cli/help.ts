import { usageError } from './cli-error.js'
import type { Command } from './command.js'
import { commonOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { commandText, exitCodesText, overviewText } from './help-text.js'
import { suggestion } from './nearest.js'

const topic = 'exit-codes'

/** `commands` are the others; help knows itself. */
export function createHelp(commands: readonly Command[]): Command {
  const help: Command = {
    path: 'help',
    summary: 'Show what postern can do, one command, or exit-codes',
    operands: { usage: '[COMMAND|exit-codes]', min: 0, max: 2 },
    options: commonOptions,
    async run(args) {
      const text = helpText([...commands, help], args.operands.join(' '))
      return { exitCode: exitCodes.ok, text: () => text }
    },
  }
  return help
}

function helpText(commands: readonly Command[], subject: string): string {
  if (subject === '') return overviewText(commands)
  if (subject === topic) return exitCodesText()
  const command = commands.find(({ path }) => path === subject)
  if (command) return commandText(command)
  if (commands.some(({ path }) => path.startsWith(`${subject} `))) {
    return overviewText(commands, `${subject} `)
  }
  const known = [...commands.map(({ path }) => path), topic]
  throw usageError(`no help on \`${subject}\`${suggestion(subject, known)}`)
}
