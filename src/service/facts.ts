import type { ApiKeyCredential } from '../domain/api-key.js'
import { createAuthorizationView } from '../domain/authorization-view.js'
import type { DecisionFacts } from '../domain/evaluate.js'
import type { ProjectId } from '../domain/ids.js'
import type { CompiledPolicy } from '../domain/policy.js'
import type { Principal, PrincipalRef } from '../domain/principal.js'
import type { DecisionReader } from './ports/decisions.js'

/** What stands behind a credential: who, and the policies that reach them. */
export interface Standing {
  readonly key?: ApiKeyCredential
  readonly principal: Principal
  /** Attached to the principal or one of its groups, by id. */
  readonly policies: readonly CompiledPolicy[]
}

/** `undefined` when there is no such principal. */
export async function loadStanding(
  reader: DecisionReader,
  ref: PrincipalRef,
  key?: ApiKeyCredential,
): Promise<Standing | undefined> {
  const principal = await reader.findPrincipal(ref)
  if (!principal) return undefined
  const policies = await reader.policiesOf([principal.ref.id, ...principal.groupIds])
  return { ...(key && { key }), principal, policies }
}

/** The facts of one question, given what stands behind it. */
export async function loadFacts(
  reader: DecisionReader,
  { key, principal, policies }: Standing,
  projectId: ProjectId | undefined,
): Promise<DecisionFacts> {
  return {
    ...(key && { key }),
    principal,
    projectOrganizationId:
      projectId === undefined ? undefined : await reader.findProjectOrganization(projectId),
    view: createAuthorizationView(policies),
  }
}
