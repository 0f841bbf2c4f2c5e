import { noAttributes } from '../../domain/attributes.js'
import { parseAction, type RawQuestion } from '../../domain/question.js'
import { type RegisteredResource, toQuestionResource } from '../../domain/registered-resource.js'
import { parsed } from '../../domain/validation.js'
import type { ReadAct } from '../act.js'
import type { Page, PageInput } from '../page.js'
import { type PrincipalInput, parsePrincipalRef } from '../principal-input.js'
import { hasPermission, requirePermission } from '../require.js'
import {
  byTypeAndId,
  parseResourceFilter,
  type ResourceFilterInput,
  readResources,
} from '../resource-list.js'
import { parseSurroundings } from './circumstances.js'
import { createDecide } from './decide.js'
import { fingerprint } from './fingerprint.js'
import { scanPage } from './scan.js'

/** A question without its resource. */
export interface ResourcesInput
  extends PageInput,
    PrincipalInput,
    ResourceFilterInput,
    Pick<RawQuestion, 'action' | 'request' | 'context'> {}

/**
 * On which registered resources the principal may do the action, by type, then id: those for which
 * `authorizePrincipal` answers allow on this snapshot, at this instant, when it is asked about the
 * resource as it is registered. Their attributes are shown to those alone who may list resources.
 */
export async function listPermittedResources(
  act: ReadAct,
  input: ResourcesInput,
): Promise<Page<RegisteredResource>> {
  requirePermission(act, 'iam:decision:search')
  const { organizationId } = act.caller
  const { ref, filter, ...asked } = parsed((v) => ({
    ref: parsePrincipalRef(v, 'principal', input),
    action: parseAction(v, 'action', input.action),
    ...parseSurroundings(v, input),
    filter: parseResourceFilter(v, input),
  }))
  const decide = await createDecide(act, ref)
  const isAllowed = (registered: RegisteredResource) =>
    // The store itself holds a resource to a project of its own organization.
    decide?.({ ...asked, resource: toQuestionResource(registered) }, organizationId).effect ===
    'allow'
  const isShown = hasPermission(act, 'iam:resource:list')
  const shown = (registered: RegisteredResource) =>
    isShown ? registered : { ...registered, attributes: noAttributes }
  return scanPage<RegisteredResource, RegisteredResource>(act, input, {
    fingerprint: fingerprint(['resources', organizationId, ref, asked, filter]),
    read: async (page) => (decide ? readResources(act, filter, page) : []),
    position: byTypeAndId,
    judge: (registered) => (isAllowed(registered) ? shown(registered) : undefined),
  })
}
