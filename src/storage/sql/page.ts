import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PageRequest } from '../../service/ports/paging.js'

/** The condition that leaves what comes after the page before, in order of creation. */
export function after({ after: position }: PageRequest): RawBuilder<SqlBool> {
  if (!position) return sql<SqlBool>`1 = 1`
  return sql<SqlBool>`(created_at_ms, id) > (${position.createdAtMs}, ${position.id})`
}
