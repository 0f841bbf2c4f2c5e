import type { Decision } from '../../domain/decision.js'
import type { Decider } from '../../domain/evaluate.js'
import type { OrganizationId, ProjectId } from '../../domain/ids.js'
import type { Principal, PrincipalRef } from '../../domain/principal.js'
import { invalid } from '../../domain/validation.js'
import type { ReadAct } from '../act.js'
import type { Pacer } from '../pacer.js'
import { Candidates } from '../permitted/candidates.js'
import type { AskedQuestion } from './question.js'

/** Of all principals that are asked about, on one side. */
const rulesMax = 100_000

/** Everything that the decisions about some principals depend on, at one moment of a transaction. */
export class Side {
  readonly #principals: ReadonlyMap<string, Principal>
  readonly #candidates: Candidates
  readonly #deciders = new Map<string, Decider>()

  private constructor(principals: readonly Principal[], candidates: Candidates) {
    this.#principals = new Map(principals.map((each) => [each.ref.id, each]))
    this.#candidates = candidates
  }

  /** Throws `invalid` when too many rules reach the principals. */
  static async load(act: ReadAct, asked: readonly AskedQuestion[], pacer: Pacer): Promise<Side> {
    const refs = new Map(asked.map(({ ref }) => [`${ref.type} ${ref.id}`, ref]))
    const candidates = new Candidates(act.tx.decisions, rulesMax)
    const all: Principal[] = []
    for (const some of chunksOf([...refs.values()])) {
      if (pacer.isDue) await pacer.rest()
      const found = await act.tx.decisions.findPrincipals(act.caller.organizationId, some)
      await candidates.prepare(found, pacer)
      requireRoom(candidates)
      all.push(...found)
    }
    return new Side(all, candidates)
  }

  decide(
    { ref, question }: AskedQuestion,
    owner: OrganizationId | undefined,
    nowMs: number,
  ): Decision {
    const principal = this.#principals.get(ref.id)
    if (principal?.ref.type !== ref.type) return { effect: 'deny', reason: 'PRINCIPAL_NOT_FOUND' }
    return this.#deciderOf(principal).decide(question, owner, nowMs)
  }

  #deciderOf(principal: Principal): Decider {
    const known = this.#deciders.get(principal.ref.id)
    if (known) return known
    const decider = this.#candidates.deciderOf(principal)
    requireRoom(this.#candidates)
    this.#deciders.set(principal.ref.id, decider)
    return decider
  }
}

/** Few enough not to hold the thread for long while the embedded store reads them. */
const principalsAtOnce = 25

function* chunksOf(refs: readonly PrincipalRef[]) {
  for (let start = 0; start < refs.length; start += principalsAtOnce) {
    yield refs.slice(start, start + principalsAtOnce)
  }
}

function requireRoom(candidates: Candidates): void {
  if (!candidates.isSpent) return
  const description = `must be about principals whom fewer than ${rulesMax} rules reach: ask about fewer`
  throw invalid([{ field: 'questions', reason: 'TOO_MANY', description }])
}

/** Which projects of the questions are the organization's own. */
export function findOwnProjects(
  act: ReadAct,
  asked: readonly AskedQuestion[],
): Promise<ReadonlySet<ProjectId>> {
  const ids = asked.flatMap(({ question }) => question.resource.projectId ?? [])
  return act.tx.projects.existing(act.caller.organizationId, [...new Set(ids)])
}
