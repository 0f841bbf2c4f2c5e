import type { Change, Write } from './history.js'

/** A write that decides what is right to answer about a subject. */
export interface SubjectWrite extends Write {
  readonly change: Change
}

/** Before there was a key, nobody knows it. */
const absent = 'deny KEY_NOT_FOUND'

/** In the order in which they were sent; about one subject there is never more than one at once. */
export function writesBySubject(writes: readonly Write[]): Map<string, SubjectWrite[]> {
  const subjects = new Map<string, SubjectWrite[]>()
  for (const write of writes) {
    if (!isAboutSubject(write)) continue
    const { subject } = write.change
    const known = subjects.get(subject)
    if (known) known.push(write)
    else subjects.set(subject, [write])
  }
  return subjects
}

function isAboutSubject(write: Write): write is SubjectWrite {
  return write.change !== undefined
}

/** The answers that the state of one revision justifies: one, but for writes of unknown outcome. */
export function permittedAt(writes: readonly SubjectWrite[], number: number): Set<string> {
  let permitted = new Set([absent])
  for (const { acknowledged, change } of writes) {
    if (!acknowledged) permitted.add(change.effect)
    else if (acknowledged.revision.number <= number) permitted = new Set([change.effect])
    else break
  }
  return permitted
}

/**
 * The answers that time justifies, whatever revision they name, when all that was acknowledged at
 * `visibleMs` must be visible, and what was sent before the answer was received may be.
 */
export function permittedBy(
  writes: readonly SubjectWrite[],
  { visibleMs, receivedMs }: { readonly visibleMs: number; readonly receivedMs: number },
): Set<string> {
  let permitted = new Set([absent])
  for (const { sentMs, acknowledged, change } of writes) {
    if (sentMs > receivedMs) break
    if (acknowledged && acknowledged.atMs < visibleMs) permitted = new Set([change.effect])
    else permitted.add(change.effect)
  }
  return permitted
}

export function describeChange({ sentMs, acknowledged, change, replica }: SubjectWrite): string {
  const outcome = acknowledged
    ? `acknowledged at ${acknowledged.atMs.toFixed(1)} ms as ${acknowledged.revision.number}`
    : 'never acknowledged'
  return `\`${change.effect}\` sent to replica ${replica} at ${sentMs.toFixed(1)} ms, ${outcome}`
}
