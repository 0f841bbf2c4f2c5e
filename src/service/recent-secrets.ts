export interface RecentSecretsDeps {
  hashSecret(secret: string): string
  /** Milliseconds that never go back. */
  monotonicMs(): number
}

const generationMs = 30_000
const generationMax = 20_000

/**
 * Remembers the hashes of secrets that are in use, since hashing one costs as much as the rest of a
 * decision. A secret that nobody has presented for a minute is in no memory of ours any more.
 */
export class RecentSecrets {
  readonly #deps: RecentSecretsDeps
  #young = new Map<string, string>()
  #old: ReadonlyMap<string, string> = new Map()
  #turnedAtMs: number

  constructor(deps: RecentSecretsDeps) {
    this.#deps = deps
    this.#turnedAtMs = deps.monotonicMs()
  }

  /** `undefined`: it was not presented of late. */
  find(secret: string): string | undefined {
    this.#turn()
    const young = this.#young.get(secret)
    if (young !== undefined) return young
    const old = this.#old.get(secret)
    if (old !== undefined) this.#young.set(secret, old)
    return old
  }

  hashOf(secret: string): string {
    const known = this.find(secret)
    if (known !== undefined) return known
    const hash = this.#deps.hashSecret(secret)
    this.#young.set(secret, hash)
    return hash
  }

  /** What was not asked for since the turn before the last is forgotten. */
  #turn(): void {
    const nowMs = this.#deps.monotonicMs()
    const isOld = nowMs - this.#turnedAtMs >= generationMs
    if (!isOld && this.#young.size < generationMax) return
    const isForgotten = nowMs - this.#turnedAtMs >= 2 * generationMs
    this.#old = isForgotten ? new Map() : this.#young
    this.#young = new Map()
    this.#turnedAtMs = nowMs
  }
}
