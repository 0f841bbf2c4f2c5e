import type { Redis } from 'ioredis'
import { pick } from '../support/random.js'

interface Entry {
  readonly key: string
  readonly value: Buffer
}

/** Writes what somebody with the Redis, but without the pepper, could write over every entry. */
export async function poisonAll(redis: Redis, random: () => number): Promise<void> {
  const keys = await redis.keys('postern:*')
  const values = await Promise.all(keys.map((key) => redis.getBuffer(key)))
  const entries = keys.flatMap((key, index) => {
    const value = values[index]
    return value ? [{ key, value }] : []
  })
  const tricks = [swapped, garbled, truncated, made, edited]
  const writing = redis.pipeline()
  for (const entry of entries) {
    const poisoned = pick(random, tricks)(entry, pick(random, entries), random)
    writing.set(entry.key, poisoned, 'PX', 600_000)
  }
  await writing.exec()
}

type Trick = (entry: Entry, other: Entry, random: () => number) => Buffer

/** A genuine entry, of somebody else. */
const swapped: Trick = (_, other) => other.value

const garbled: Trick = ({ value }, _, random) =>
  Buffer.from(value.map((byte) => (random() < 0.1 ? Math.floor(random() * 256) : byte)))

const truncated: Trick = ({ value }, _, random) =>
  value.subarray(0, Math.floor(random() * value.length))

/** A well-formed header, a bundle that grants everything, and a seal of zeroes. */
const made: Trick = ({ value }) => {
  const everything = JSON.stringify([
    { id: 'a', name: 'a', rules: [{ id: 'a', effect: 'allow', permissions: ['*'] }] },
  ])
  return Buffer.concat([value.subarray(0, 17), Buffer.from(everything), Buffer.alloc(16)])
}

/** Deny becomes allow, under the old seal. */
const edited: Trick = ({ value }) => {
  const text = value
    .toString('latin1')
    .replaceAll('"deny"', '"allow"')
    .replaceAll('locked', 'active')
  return Buffer.from(text, 'latin1')
}
