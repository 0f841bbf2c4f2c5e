import type { Command, OptionSpecs } from './command.js'
import { connectionOptions } from './connection-options.js'
import { exitCodeMeanings } from './exit-code.js'

/** What `postern` can do, one line a command; `prefix` narrows it to a group such as `key`. */
export function overviewText(commands: readonly Command[], prefix = ''): string {
  const shown = commands.filter(({ path }) => path.startsWith(prefix))
  const rows = shown.map(({ path, summary }) => [path, summary] as const)
  return [
    `Usage: postern ${prefix === '' ? 'COMMAND' : `${prefix.trim()} COMMAND`} [OPTIONS]`,
    '',
    ...columns(rows),
    '',
    'postern COMMAND --help says more of one; postern help exit-codes lists what they answer.',
    '',
  ].join('\n')
}

/** Everything about one command. */
export function commandText({ path, summary, operands, options, examples = [] }: Command): string {
  const own = Object.entries(options).filter(([name]) => !Object.hasOwn(connectionOptions, name))
  const shared = Object.entries(options).filter(([name]) => Object.hasOwn(connectionOptions, name))
  const usage = ['Usage: postern', path, '[OPTIONS]', ...(operands ? [operands.usage] : [])]
  return [
    usage.join(' '),
    '',
    `${summary}.`,
    ...section('Options', optionLines(Object.fromEntries(own))),
    ...section('Common options', optionLines(Object.fromEntries(shared))),
    ...section(
      'Examples',
      examples.map((example) => `  ${example}`),
    ),
    '',
  ].join('\n')
}

export function exitCodesText(): string {
  const rows = Object.entries(exitCodeMeanings).map(
    ([code, text]) => [code.padStart(2), text] as const,
  )
  return `Exit codes: 0 and 1 are answers, anything else means that the answer is not known.\n\n${columns(rows).join('\n')}\n`
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

function optionLines(options: OptionSpecs): string[] {
  return columns(
    Object.entries(options).map(([name, { value, multiple, help }]) => {
      const shown = `${name === 'help' ? '-h, ' : ''}--${name}${value === undefined ? '' : ` ${value}`}`
      return [shown, multiple ? `${help}; may be repeated` : help] as const
    }),
  )
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
