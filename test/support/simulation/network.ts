/** Something on its way: it arrives, or is lost. */
interface Message {
  advance(): void
  lose(): void
}

/** Carries everything in any order, or not at all. */
export class Network {
  readonly #random: () => number
  readonly #messages: Message[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  get isQuiet(): boolean {
    return this.#messages.length === 0
  }

  /**
   * There and back: `look` runs when the request arrives, not when it is sent.
   */
  send<T>(look: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const lose = () => reject(new Error('lost'))
      const arrive = () => {
        try {
          const seen = look()
          this.#messages.push({ advance: () => resolve(seen), lose })
        } catch (error) {
          this.#messages.push({ advance: () => reject(error), lose })
        }
      }
      this.#messages.push({ advance: arrive, lose })
    })
  }

  deliverAny(): void {
    const index = Math.floor(this.#random() * this.#messages.length)
    const [message] = this.#messages.splice(index, 1)
    if (this.#random() < 0.06) message?.lose()
    else message?.advance()
  }

  deliverOldest(): void {
    this.#messages.shift()?.advance()
  }
}
