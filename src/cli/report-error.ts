import { DomainError } from '../domain/errors.js'
import { CliError, type PlacedViolation } from './cli-error.js'
import { exitCodes } from './exit-code.js'
import { type Paint, printable } from './terminal.js'

/** Everything that is thrown becomes one of ours; what is not ours is a bug. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof DomainError) {
    const { reason, message, violations, metadata } = error
    return new CliError(exitCodes.badData, { reason, message, violations, metadata, cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new CliError(exitCodes.bug, {
    reason: 'BUG',
    message: `this is a bug in postern: ${message}`,
    cause: error,
  })
}

/** One line for the error, and one for each field unless the first line says it all. */
export function errorText(error: CliError, paint: Paint): string {
  const lines = [`${paint('red', 'postern:')} ${headline(error)}`]
  for (const violation of listed(error)) lines.push(`  ${violationText(violation)}`)
  return `${lines.join('\n')}\n`
}

export function errorJson({ exitCode, reason, message, violations, metadata }: CliError): unknown {
  return { error: { reason, message, violations, metadata, exit_code: exitCode } }
}

/** A server's message repeats the first violation, which is in the list below. */
function headline({ message, violations }: CliError): string {
  const [first] = violations
  const repeats = violations.length > 1 && first && message.includes(first.description)
  return repeats ? `${violations.length} things are wrong:` : printable(message)
}

/** A single violation that the message has said already is not said twice. */
function listed({ message, violations }: CliError): readonly PlacedViolation[] {
  const [first] = violations
  const isSaid = violations.length === 1 && first && message.includes(first.description)
  return isSaid && first.line === undefined ? [] : violations
}

export function violationText(
  violation: Pick<PlacedViolation, 'field' | 'description' | 'line' | 'column'>,
): string {
  const { field, description, line, column } = violation
  const place = line === undefined ? '' : `${line}:${column ?? 1}`
  return printable([place, field, description].filter((part) => part !== '').join(': '))
}
