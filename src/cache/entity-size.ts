import type { CachedEntity } from './entity-cache.js'

/** What V8 needs besides the characters, for an object, a field and a string: rules of thumb. */
const objectBytes = 48
const fieldBytes = 16
const stringBytes = 24

/** An estimate of what an entry takes in memory, in bytes, its key in the cache included. */
export function entityBytes({ value, keys }: CachedEntity, id: string): number {
  return 2 * textBytes(id) + valueBytes(value) + valueBytes(keys)
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value !== 'object' || value === null) return fieldBytes
  let bytes = objectBytes
  for (const part of Object.values(value)) bytes += fieldBytes + valueBytes(part)
  return bytes
}

function textBytes(text: string): number {
  return stringBytes + text.length
}
