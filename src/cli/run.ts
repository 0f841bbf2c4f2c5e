import { type Arguments, parseArguments, refuseSecrets } from './arguments.js'
import { usageError } from './cli-error.js'
import type { Command, Outcome } from './command.js'
import { commands } from './commands.js'
import { outputOptions } from './connection-options.js'
import { type ExitCode, exitCodes } from './exit-code.js'
import { findCommand } from './find-command.js'
import { commandText, overviewText } from './help-text.js'
import { errorJson, errorText, toCliError } from './report-error.js'
import { paintFor, type Terminal } from './terminal.js'
import { versionText } from './version.js'

/** Runs one command line; answers the exit code. Never rejects. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    refuseSecrets(argv)
    return await dispatch(argv, terminal)
  } catch (error) {
    const refusal = toCliError(error)
    const { stderr, env } = terminal
    if (argv.includes('--json')) stderr.write(`${JSON.stringify(errorJson(refusal))}\n`)
    else stderr.write(errorText(refusal, paintFor(stderr, env)))
    return refusal.exitCode
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const found = findCommand(argv, commands)
  if (found.kind === 'group') return answerGroup(found.words, found.argv, terminal)
  const { command } = found
  const args = parseArguments(found.argv, command.options)
  if (args.has('help')) return say(terminal, commandText(command))
  checkOperands(command, args)
  const paint = paintFor(terminal.stdout, terminal.env)
  const outcome = await command.run(args, { terminal, paint, nowMs: Date.now() })
  present(outcome, args, terminal)
  return outcome.exitCode
}

/** `postern --help` is asked for; `postern` and `postern key` lack a word. */
function answerGroup(words: string, argv: readonly string[], terminal: Terminal): ExitCode {
  const options = { ...outputOptions, version: { help: 'print the version' } }
  const args = parseArguments(argv, options)
  const prefix = words === '' ? '' : `${words} `
  if (args.has('help')) return say(terminal, overviewText(commands, prefix))
  if (args.has('version') && words === '') return say(terminal, versionText())
  terminal.stderr.write(overviewText(commands, prefix))
  return exitCodes.usage
}

function say({ stdout }: Terminal, text: string): ExitCode {
  stdout.write(text)
  return exitCodes.ok
}

function checkOperands({ path, operands }: Command, { operands: given }: Arguments): void {
  const { min = 0, max = 0, usage = '' } = operands ?? {}
  const see = `; see \`postern ${path} --help\``
  if (given.length < min) throw usageError(`${usage} is missing${see}`)
  if (given.length > max) throw usageError(`too many arguments${see}`)
}

function present(outcome: Outcome, args: Arguments, { stdout }: Terminal): void {
  if (args.has('json') && outcome.json) stdout.write(`${JSON.stringify(outcome.json(), null, 2)}\n`)
  else if (outcome.text) stdout.write(outcome.text())
}
