import type { SharedCache } from '../../../src/cache/shared-cache.js'
import { pick } from '../random.js'
import type { Network } from './network.js'

/**
 * A Redis at its worst: what it answers may be the newest value, any older one, another key's,
 * bytes that nobody wrote, or nothing.
 */
export class UntrustedCache implements SharedCache {
  readonly #random: () => number
  readonly #network: Network
  readonly #written = new Map<string, Buffer[]>()

  constructor(random: () => number, network: Network) {
    this.#random = random
    this.#network = network
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.#network.send(() => this.#look(key)).catch(() => undefined)
  }

  set(key: string, value: Buffer): void {
    this.#network
      .send(() => {
        this.#written.set(key, [...(this.#written.get(key) ?? []), value])
      })
      .catch(() => undefined)
  }

  #look(key: string): Buffer | undefined {
    const own = this.#written.get(key) ?? []
    const dice = this.#random()
    if (dice < 0.4) return own.at(-1)
    if (dice < 0.75) return own.length > 0 ? pick(this.#random, own) : undefined
    if (dice < 0.85) return this.#ofAnotherKey()
    if (dice < 0.9) return this.#tampered(own.at(-1))
    return undefined
  }

  #ofAnotherKey(): Buffer | undefined {
    const all = [...this.#written.values()].flat()
    return all.length > 0 ? pick(this.#random, all) : undefined
  }

  #tampered(value: Buffer | undefined): Buffer {
    const bytes = Buffer.from(value ?? Buffer.alloc(40))
    const index = Math.floor(this.#random() * bytes.length)
    bytes[index] = (bytes[index] ?? 0) ^ 0x01
    return bytes
  }
}
