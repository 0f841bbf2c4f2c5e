import { isWellFormedSecret } from '../domain/secret.js'
import { ownText } from '../domain/text.js'

const generationMs = 30_000
const generationMax = 20_000

/**
 * Remembers the hashes of secrets that are in use, since hashing one costs as much as the rest of a
 * decision. A secret that nobody has presented for a minute is in no memory of ours any more.
 */
export class RecentSecrets {
  readonly #hashSecret: (secret: string) => string
  #young = new Map<string, string>()
  #old: ReadonlyMap<string, string> = new Map()
  #turnedAtMs = Number.NEGATIVE_INFINITY

  constructor(hashSecret: (secret: string) => string) {
    this.#hashSecret = hashSecret
  }

  /** `undefined`: it was not presented of late. `nowMs` is that of any one clock. */
  find(secret: string, nowMs: number): string | undefined {
    this.#turn(nowMs)
    // By its hash, never by comparing it with another's, whose length of agreement could be timed.
    const young = this.#young.get(secret)
    if (young !== undefined) return young
    const old = this.#old.get(secret)
    if (old !== undefined) this.#keep(secret, old)
    return old
  }

  /** `undefined`: it cannot be a key, and is not hashed at all. */
  hashOfKey(text: string, nowMs: number): string | undefined {
    const recent = this.find(text, nowMs)
    if (recent !== undefined || !isWellFormedSecret(text)) return recent
    return this.hashOf(text, nowMs)
  }

  hashOf(secret: string, nowMs: number): string {
    const known = this.find(secret, nowMs)
    if (known !== undefined) return known
    const hash = this.#hashSecret(secret)
    this.#keep(secret, hash)
    return hash
  }

  /** Presented with megabytes of other text, which must not stay here because a part of it does. */
  #keep(secret: string, hash: string): void {
    this.#young.set(ownText(secret), hash)
  }

  /** What was not asked for since the turn before the last is forgotten. */
  #turn(nowMs: number): void {
    const elapsedMs = nowMs - this.#turnedAtMs
    // A clock that was set back tells nothing of how long it has been.
    const isForgotten = elapsedMs < 0 || elapsedMs >= 2 * generationMs
    if (!isForgotten && elapsedMs < generationMs && this.#young.size < generationMax) return
    this.#old = isForgotten ? new Map() : this.#young
    this.#young = new Map()
    this.#turnedAtMs = nowMs
  }
}
