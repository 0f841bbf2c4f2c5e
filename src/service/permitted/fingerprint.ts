import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonical-json.js'

/** What tells one list from another. A hash: a query may be much longer than a token should be. */
export function fingerprint(query: readonly unknown[]): string {
  return createHash('sha256').update(canonicalJson(query)).digest('base64url')
}
