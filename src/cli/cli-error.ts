import type { Violation } from '../domain/errors.js'
import { type ExitCode, exitCodes } from './exit-code.js'

export interface CliErrorDetails {
  /** UPPER_SNAKE_CASE, what programs switch on. */
  readonly reason: string
  readonly message: string
  readonly violations?: readonly PlacedViolation[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** A violation and, when it is about a file, where in the file: both count from 1. */
export interface PlacedViolation extends Violation {
  readonly line?: number
  readonly column?: number
}

/** Ends the command with this exit code. Its message is for people; it never holds a secret. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  readonly reason: string
  readonly violations: readonly PlacedViolation[]
  readonly metadata: Readonly<Record<string, string>>

  constructor(exitCode: ExitCode, details: CliErrorDetails) {
    super(details.message, { cause: details.cause })
    this.name = 'CliError'
    this.exitCode = exitCode
    this.reason = details.reason
    this.violations = details.violations ?? []
    this.metadata = details.metadata ?? {}
  }
}

export function usageError(message: string): CliError {
  return new CliError(exitCodes.usage, { reason: 'USAGE', message })
}

export function badData(message: string, cause?: unknown): CliError {
  return new CliError(exitCodes.badData, { reason: 'BAD_DATA', message, cause })
}

export function misconfigured(message: string, cause?: unknown): CliError {
  return new CliError(exitCodes.misconfigured, { reason: 'MISCONFIGURED', message, cause })
}
