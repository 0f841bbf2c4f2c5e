import type { RawQuestion } from '../../domain/question.js'
import { parsed } from '../../domain/validation.js'
import type { ReadAct } from '../act.js'
import type { Page, PageInput } from '../page.js'
import { type PrincipalInput, parsePrincipalRef } from '../principal-input.js'
import { requirePermission } from '../require.js'
import { parseCircumstances } from './circumstances.js'
import { createDecide, findProjectOrganization } from './decide.js'
import { fingerprint } from './fingerprint.js'
import { knownActions } from './known-actions.js'
import { scanPage } from './scan.js'

/** A question without its action. */
export type ActionsInput = PageInput & PrincipalInput & Omit<RawQuestion, 'action'>

/**
 * Which of the known actions the principal may do on the resource, by name: those for which
 * `authorizePrincipal` answers allow on this snapshot, at this instant. Of a principal that the
 * organization does not have: none. Throws `invalid` for what no question may hold.
 */
export async function listPermittedActions(
  act: ReadAct,
  input: ActionsInput,
): Promise<Page<string>> {
  requirePermission(act, 'iam:decision:search')
  const { ref, circumstances } = parsed((v) => ({
    ref: parsePrincipalRef(v, 'principal', input),
    circumstances: parseCircumstances(v, input),
  }))
  const decide = await createDecide(act, ref)
  const owner = await findProjectOrganization(act, circumstances.resource)
  const actions = decide ? await knownActions(act) : []
  return scanPage(act, input, {
    fingerprint: fingerprint(['actions', act.caller.organizationId, ref, circumstances]),
    read: async ({ size, after }) => {
      const start = after ? actions.findIndex((action) => action > after.id) : 0
      return start < 0 ? [] : actions.slice(start, start + size)
    },
    position: (action) => ({ createdAtMs: 0, id: action }),
    judge: (action) =>
      decide?.({ ...circumstances, action }, owner).effect === 'allow' ? action : undefined,
  })
}
