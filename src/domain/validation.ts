import { DomainError, type Violation } from './errors.js'

/**
 * Collects everything that is wrong with one request, so that the caller hears of all of it at
 * once. Parsers report here and return a harmless value; `finish` throws before anyone can use it.
 */
export class Validation {
  /** Made when it is needed, which is seldom. */
  #violations: Violation[] | undefined

  fail(field: string, reason: string, description: string): void {
    this.#violations ??= []
    this.#violations.push({ field, reason, description })
  }

  get failed(): boolean {
    return this.#violations !== undefined
  }

  get violations(): readonly Violation[] {
    return this.#violations ?? []
  }

  /** Throws an `invalid` error that carries every violation, if there is one. */
  finish(): void {
    if (this.#violations) throw invalid(this.#violations)
  }
}

export function invalid(violations: readonly Violation[]): DomainError {
  const [first] = violations
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : ''
  return new DomainError('invalid', {
    reason: 'INVALID_ARGUMENT',
    message: first ? `${first.field}: ${first.description}${more}` : 'invalid argument',
    violations,
  })
}

/** Runs one parser on its own and throws what it found. */
export function parsed<T>(parse: (v: Validation) => T): T {
  const validation = new Validation()
  const value = parse(validation)
  validation.finish()
  return value
}
