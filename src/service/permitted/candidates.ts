import { type AuthorizationView, createAuthorizationView } from '../../domain/authorization-view.js'
import { Decider } from '../../domain/evaluate.js'
import type { CompiledPolicy } from '../../domain/policy.js'
import type { Principal } from '../../domain/principal.js'
import type { Pacer } from '../pacer.js'
import type { DecisionReader } from '../ports/decisions.js'

/** The embedded store holds the thread while it reads; and a statement takes only so many parameters. */
const holdersAtOnce = 5

/**
 * What reaches one principal after another. Many share their groups, so what was read for one, and
 * arranged for those whom the same policies reach, is kept for the next.
 */
export class Candidates {
  readonly #reader: DecisionReader
  readonly #rulesMax: number
  readonly #policies = new Map<string, readonly CompiledPolicy[]>()
  readonly #views = new Map<string, AuthorizationView>()
  #rules = 0

  /** `rulesMax` is how many rules may be read and arranged before it counts as spent. */
  constructor(reader: DecisionReader, rulesMax: number) {
    this.#reader = reader
    this.#rulesMax = rulesMax
  }

  get isSpent(): boolean {
    return this.#rules >= this.#rulesMax
  }

  /** Reads what reaches any of them and was not read yet. */
  async prepare(principals: readonly Principal[], pacer: Pacer): Promise<void> {
    const holders = new Set(principals.flatMap(holdersOf))
    const unread = [...holders].filter((holder) => !this.#policies.has(holder))
    for (const holder of unread) this.#policies.set(holder, [])
    for (let start = 0; start < unread.length; start += holdersAtOnce) {
      if (pacer.isDue) await pacer.rest()
      this.#keep(await this.#reader.policiesOf(unread.slice(start, start + holdersAtOnce)))
    }
  }

  #keep(policies: readonly CompiledPolicy[]): void {
    for (const policy of policies) {
      const { id } = policy.principal
      this.#policies.set(id, [...(this.#policies.get(id) ?? []), policy])
      this.#rules += policy.rules.length
    }
  }

  /** For a principal that was prepared. */
  deciderOf(principal: Principal): Decider {
    return new Decider({ principal, view: this.#viewOf(principal) })
  }

  #viewOf(principal: Principal): AuthorizationView {
    const holders = holdersOf(principal).filter((holder) => this.#policies.get(holder)?.length)
    const key = holders.join()
    const known = this.#views.get(key)
    if (known) return known
    const policies = holders.flatMap((holder) => this.#policies.get(holder) ?? [])
    const view = createAuthorizationView(policies)
    this.#rules += view.denies.size + view.allows.size
    this.#views.set(key, view)
    return view
  }
}

function holdersOf({ ref, groupIds }: Principal): string[] {
  return [ref.id, ...groupIds]
}
