import { isWellFormedSecret } from '../domain/secret.js'
import { SeenTexts } from '../domain/seen-texts.js'
import { ownText } from '../domain/text.js'

/** How often `turn` is to be called. */
export const secretsTurnMs = 30_000
const generationMax = 20_000

/**
 * Remembers the hashes of secrets that are in use, since hashing one costs as much as the rest of a
 * decision. A secret that nobody has presented for two turns is in no memory of ours any more.
 */
export class RecentSecrets {
  /** To read secrets with out of messages. */
  readonly texts = new SeenTexts()
  readonly #hashSecret: (secret: string) => string
  #young = new Map<string, string>()
  #old: ReadonlyMap<string, string> = new Map()

  constructor(hashSecret: (secret: string) => string) {
    this.#hashSecret = hashSecret
  }

  /** What was not asked for since the turn before the last is forgotten. */
  turn(): void {
    this.#old = this.#young
    this.#young = new Map()
    this.texts.forget()
  }

  /** `undefined`: it was not presented of late. */
  find(secret: string): string | undefined {
    // By its hash, never by comparing it with another's, whose length of agreement could be timed.
    const young = this.#young.get(secret)
    if (young !== undefined) return young
    const old = this.#old.get(secret)
    if (old !== undefined) this.#keep(secret, old)
    return old
  }

  /** `undefined`: it cannot be a key, and is not hashed at all. */
  hashOfKey(text: string): string | undefined {
    const recent = this.find(text)
    if (recent !== undefined || !isWellFormedSecret(text)) return recent
    return this.hashOf(text)
  }

  hashOf(secret: string): string {
    const known = this.find(secret)
    if (known !== undefined) return known
    const hash = this.#hashSecret(secret)
    this.#keep(secret, hash)
    return hash
  }

  /** Presented with megabytes of other text, which must not stay here because a part of it does. */
  #keep(secret: string, hash: string): void {
    if (this.#young.size >= generationMax) this.turn()
    this.#young.set(ownText(secret), hash)
  }
}
