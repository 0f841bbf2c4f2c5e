import { DomainError } from '../domain/errors.js'

/** Opaque to callers; changes with every change of the thing. */
export function etagOf({ version }: { readonly version: number }): string {
  return `"${version.toString(36)}"`
}

/** Throws `aborted` when the caller saw an older state; the empty etag means that it did not care. */
export function checkEtag(thing: { readonly version: number }, etag: string): void {
  if (etag === '' || etag === etagOf(thing)) return
  throw new DomainError('aborted', {
    reason: 'ETAG_MISMATCH',
    message: 'it was changed meanwhile: read it again and repeat the change',
    metadata: { etag: etagOf(thing) },
  })
}
