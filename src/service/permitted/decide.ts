import { createAuthorizationView } from '../../domain/authorization-view.js'
import type { Decision } from '../../domain/decision.js'
import { Decider } from '../../domain/evaluate.js'
import type { OrganizationId } from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { Question } from '../../domain/question.js'
import type { ReadAct } from '../act.js'
import { loadStanding } from '../facts.js'

/** Answers questions about one principal at the instant of the act. */
export type Decide = (
  question: Question,
  projectOrganizationId: OrganizationId | undefined,
) => Decision

/** `undefined` when the caller's organization has no such principal. */
export async function createDecide(act: ReadAct, ref: PrincipalRef): Promise<Decide | undefined> {
  const standing = await loadStanding(act.tx.decisions, ref)
  if (standing?.principal.organizationId !== act.caller.organizationId) return undefined
  const { principal, policies } = standing
  const decider = new Decider({ principal, view: createAuthorizationView(policies) })
  return (question, projectOrganizationId) =>
    decider.decide(question, projectOrganizationId, act.nowMs)
}

/** The organization of the question's project; `undefined`: there is none, or it names none. */
export async function findProjectOrganization(
  act: ReadAct,
  { projectId }: Question['resource'],
): Promise<OrganizationId | undefined> {
  if (projectId === undefined) return undefined
  return act.tx.decisions.findProjectOrganization(projectId)
}
