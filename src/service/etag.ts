import { DomainError } from '../domain/errors.js'

/** Opaque to callers; changes with every change of the thing. */
export function etagOf({ version }: { readonly version: number }): string {
  return `"${version.toString(36)}"`
}

interface Versioned {
  /** As a refusal to find it would call it. */
  readonly id: string
  readonly version: number
}

/**
 * Throws `aborted` when the caller saw an older state; the empty etag means that it did not care.
 * `resource` is the noun as the API names it.
 */
export function checkEtag(resource: string, thing: Versioned, etag: string): void {
  if (etag === '' || etag === etagOf(thing)) return
  throw new DomainError('aborted', {
    reason: 'ETAG_MISMATCH',
    message: 'it was changed meanwhile: read it again and repeat the change',
    metadata: { resource, resource_id: thing.id, etag: etagOf(thing) },
  })
}
