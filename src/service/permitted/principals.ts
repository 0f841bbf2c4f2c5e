import type { PrincipalRef } from '../../domain/principal.js'
import { parseQuestion, type RawQuestion } from '../../domain/question.js'
import { parsed } from '../../domain/validation.js'
import type { ReadAct } from '../act.js'
import { badToken, type Page, type PageInput } from '../page.js'
import type { ListedPrincipal } from '../ports/decisions.js'
import type { PagePosition, PageRequest } from '../ports/paging.js'
import { requirePermission } from '../require.js'
import { Candidates } from './candidates.js'
import { findProjectOrganization } from './decide.js'
import { fingerprint } from './fingerprint.js'
import { scanPage } from './scan.js'

type PrincipalType = PrincipalRef['type']

/** Of one page. */
const rulesMax = 20_000

/** A question without its principal. */
export interface PrincipalsInput extends PageInput, RawQuestion {
  /** `undefined`: users and applications. */
  readonly type: PrincipalType | undefined
}

/**
 * Who of the organization may do the action on the resource; users first, each type by creation.
 * Those for whom `authorizePrincipal` answers allow on this snapshot, at this instant: through
 * themselves or their groups, by ownership or by rules.
 */
export async function listPermittedPrincipals(
  act: ReadAct,
  input: PrincipalsInput,
): Promise<Page<PrincipalRef>> {
  requirePermission(act, 'iam:decision:search')
  const question = parsed((v) => parseQuestion(v, '', input))
  const owner = await findProjectOrganization(act, question.resource)
  const types: readonly PrincipalType[] = input.type ? [input.type] : ['user', 'application']
  const candidates = new Candidates(act.tx.decisions, rulesMax)
  return scanPage(act, input, {
    fingerprint: fingerprint(['principals', act.caller.organizationId, types, question]),
    read: async (page, pacer) => {
      const found = await readTypes(act, types, page)
      const principals = found.map(({ principal }) => principal)
      await candidates.prepare(principals, pacer)
      return found
    },
    position: toPosition,
    judge: ({ principal }) => {
      const decision = candidates.deciderOf(principal).decide(question, owner, act.nowMs)
      return decision.effect === 'allow' ? principal.ref : undefined
    },
    isSpent: () => candidates.isSpent,
  })
}

/** One type after the other, from the position on. */
async function readTypes(
  act: ReadAct,
  types: readonly PrincipalType[],
  { size, after }: PageRequest,
): Promise<readonly ListedPrincipal[]> {
  const from = after && fromPosition(types, after)
  const left = from ? types.slice(types.indexOf(from.type)) : types
  const found: ListedPrincipal[] = []
  for (const type of left) {
    const start = from?.type === type ? { after: from.position } : {}
    const page = { size: size - found.length, ...start }
    found.push(...(await act.tx.decisions.listPrincipals(act.caller.organizationId, type, page)))
    if (found.length === size) break
  }
  return found
}

function toPosition({ principal, position }: ListedPrincipal): PagePosition {
  return { ...position, id: `${principal.ref.type}/${position.id}` }
}

function fromPosition(types: readonly PrincipalType[], { createdAtMs, id }: PagePosition) {
  const [name, bare = ''] = id.split('/')
  const type = types.find((each) => each === name)
  if (!type) throw badToken()
  return { type, position: { createdAtMs, id: bare } }
}
