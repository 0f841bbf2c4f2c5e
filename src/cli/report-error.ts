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

/** One line for the error, and one for each field when several are wrong or their place is known. */
export function errorText(error: CliError, paint: Paint): string {
  const lines = [`${paint('red', 'postern:')} ${headline(error)}`]
  for (const violation of listed(error)) lines.push(`  ${violationText(violation)}`)
  return `${lines.join('\n')}\n`
}

export function errorJson({ exitCode, reason, message, violations, metadata }: CliError): unknown {
  return { error: { reason, message, violations, metadata, exit_code: exitCode } }
}

function headline({ message, violations }: CliError): string {
  const [first] = violations
  if (!first || !message.includes(first.description) || violations.length === 1) {
    return printable(message)
  }
  return `${violations.length} things are wrong:`
}

/** A single violation that the message has said already is not said twice. */
function listed({ message, violations }: CliError): readonly PlacedViolation[] {
  const [first] = violations
  const isSaid = violations.length === 1 && first && message.includes(first.description)
  return isSaid && first.line === undefined ? [] : violations
}

function violationText({ field, description, line, column }: PlacedViolation): string {
  const place = line === undefined ? '' : `${line}:${column ?? 1}: `
  return printable(`${place}${field}: ${description}`)
}
