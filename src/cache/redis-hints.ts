import type { Revision } from '../service/revision.js'
import type { Hint, HintChannel } from './hints.js'
import { hintChannel } from './keys.js'
import type { RedisConnection } from './redis-connection.js'
import type { Trouble } from './trouble.js'

export interface RedisHintsDeps {
  /** For publishing. */
  readonly commands: RedisConnection
  /** A connection that subscribes can do nothing else. */
  readonly subscription: RedisConnection
  readonly trouble: Trouble
}

/** Hints over Redis pub/sub: delivered at most once, in no order, to who happens to listen. */
export class RedisHints implements HintChannel {
  readonly #deps: RedisHintsDeps

  constructor(deps: RedisHintsDeps) {
    this.#deps = deps
    const { subscription, trouble } = deps
    subscription.on('error', (error: unknown) => trouble.met(error))
    subscription.on('ready', () => {
      trouble.over()
      this.#subscribe()
    })
  }

  #subscribe(): void {
    const { subscription, trouble } = this.#deps
    subscription.subscribe(hintChannel).catch((error: unknown) => trouble.met(error))
  }

  publish({ epoch, number }: Revision): void {
    this.#deps.commands.publish(hintChannel, `${epoch}:${number}`).catch(() => undefined)
  }

  onHint(listener: (hint: Hint) => void): void {
    this.#deps.subscription.on('message', (_: string, message: string) => {
      const hint = parseHint(message)
      if (hint) listener(hint)
    })
  }
}

/** Anybody who reaches the Redis can say anything here. */
function parseHint(message: string): Hint | undefined {
  const [, epoch, digits] = /^([0-9a-f]{16}):(\d{1,15})$/.exec(message) ?? []
  return epoch === undefined ? undefined : { epoch, number: Number(digits) }
}
