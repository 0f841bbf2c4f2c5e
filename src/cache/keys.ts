import { createHash } from 'node:crypto'
import type { PermissionSet } from '../domain/permission-set.js'
import { type EntityWant, keyOfWant } from '../service/entities.js'

/**
 * Every key of the shared cache is made here:
 * `postern:<format>:<catalogue>:<epoch>:<kind>:<length>:<id>`.
 *
 * The format says how values are written, the catalogue what built-in permission sets were resolved
 * to: servers of different versions share a Redis without reading each other's values. The epoch
 * keeps stores, and times before a restore, apart. The length makes it impossible for two ids to
 * read as one another's key, whatever characters they hold.
 */
export type SharedKeys = (epoch: string, want: EntityWant) => string

const format = 1

export function createSharedKeys(builtin: readonly PermissionSet[]): SharedKeys {
  const prefix = `postern:${format}:${fingerprint(builtin)}`
  return (epoch, want) => {
    const key = keyOfWant(want)
    const colon = key.indexOf(':')
    const id = key.slice(colon + 1)
    return `${prefix}:${epoch}:${key.slice(0, colon)}:${id.length}:${id}`
  }
}

/** The channel on which servers tell each other of new revisions. */
export const hintChannel = `postern:${format}:head`

function fingerprint(sets: readonly PermissionSet[]): string {
  const told = sets.map(({ name, scopeType, permissions }) => [name, scopeType, permissions])
  return createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 16)
}
