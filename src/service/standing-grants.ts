import type { PrincipalRef } from '../domain/principal.js'
import type { ReadAct } from './act.js'
import { loadStanding } from './facts.js'
import { gained, reachesOf, requireGrants } from './grants.js'

const readsPrincipal = /\bprincipal\b/

/**
 * For a change of what conditions read of a principal: it may switch any conditional rule that
 * reaches it, an allow on or a deny off, so the caller must hold what those rules are about.
 */
export async function requireConditionalGrants(act: ReadAct, ref: PrincipalRef): Promise<void> {
  const standing = await loadStanding(act.tx.decisions, ref)
  const conditional = reachesOf(standing?.policies ?? []).filter(({ condition }) =>
    readsPrincipal.test(condition),
  )
  requireGrants(
    act,
    gained({
      before: conditional.filter(({ effect }) => effect === 'deny'),
      after: conditional.filter(({ effect }) => effect === 'allow'),
    }),
  )
}

/** For letting somebody in: they get what everybody of their kind has. */
export async function requireGrantsOfEverybody(
  act: ReadAct,
  kind: 'all_users' | 'all_applications',
): Promise<void> {
  const { organizationId } = act.caller
  const groups = await act.tx.groups.list(organizationId, { name: kind }, { size: 1 })
  const policies = await act.tx.decisions.policiesOf(groups.map(({ id }) => id))
  requireGrants(act, gained({ before: [], after: reachesOf(policies) }))
}
