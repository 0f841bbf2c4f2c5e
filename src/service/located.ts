import { DomainError, type Violation } from '../domain/errors.js'

/** The same refusal, saying which part of a longer request it is about; bugs stay as they are. */
export function located(error: unknown, path: string, more: readonly Violation[] = []): unknown {
  if (!(error instanceof DomainError)) return error
  return new DomainError(error.kind, {
    reason: error.reason,
    message: `${path}: ${error.message}`,
    violations: [...error.violations, ...more].map((violation) => ({
      ...violation,
      field: `${path}.${violation.field}`,
    })),
    metadata: { ...error.metadata, entry: path },
    cause: error,
  })
}
