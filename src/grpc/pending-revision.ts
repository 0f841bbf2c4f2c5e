/**
 * Stands for the revision in an answer that is made, and remembered, before the write that it
 * answers has one.
 */
export const pendingRevision = '\u0000revision'

/** The answer with its revision in place. */
export function withRevision<T>(answer: T, revision: string): T {
  return replaced(answer, revision) as T
}

function replaced(value: unknown, revision: string): unknown {
  if (value === pendingRevision) return revision
  if (Array.isArray(value)) return value.map((member) => replaced(member, revision))
  if (typeof value !== 'object' || value === null) return value
  // Instants and bytes hold no revision, and are no records.
  if (value instanceof Date || value instanceof Uint8Array) return value
  const entries = Object.entries(value).map(([name, member]) => [name, replaced(member, revision)])
  return Object.fromEntries(entries)
}
