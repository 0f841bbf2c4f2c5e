import {
  type ApplicationId,
  type GroupId,
  type PolicyId,
  parseId,
  parseOptionalId,
  type UserId,
} from '../domain/ids.js'
import type { Policy } from '../domain/policy.js'
import type { PolicyPrincipal } from '../domain/principal.js'
import { nameMax, parseDescription, parseName, parseTags } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { gained, type Reach, requireGrants } from './grants.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { byCreation, type Page, type PageInput, readPage, textFilter } from './page.js'
import { requirePermission } from './require.js'
import { parseRules, type RuleInput } from './rule-parser.js'
import { reachesOfPolicy } from './rule-reach.js'

/** At most one id is given; none: the policy is inert. */
export interface PolicyPrincipalInput {
  readonly userId: string
  readonly groupId: string
  readonly applicationId: string
}

export interface NewPolicy extends PolicyPrincipalInput {
  readonly organizationId: string
  readonly policyId: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly rules: readonly RuleInput[]
}

export async function createPolicy(act: WriteAct, input: NewPolicy): Promise<Policy> {
  requirePermission(act, 'iam:policy:create')
  const organizationId = ownOrganization(act, input.organizationId)
  const { id, ...fields } = parsed((v) => ({
    id: parseOptionalId<PolicyId>(v, 'policy_id', input.policyId),
    name: parseName(v, 'name', input.name),
    description: parseDescription(v, 'description', input.description),
    tags: parseTags(v, 'tags', input.tags),
  }))
  const rules = await parseRules(act, input.rules)
  const principal = await findPrincipal(act, input)
  if (principal) {
    requireGrants(act, gained({ before: [], after: rules.map((rule) => rule.reach) }))
  }
  const policy: Policy = {
    ...fields,
    id: id ?? (act.tools.newId() as PolicyId),
    organizationId,
    ...(principal && { principal }),
    rules: rules.map(({ rule }) => rule),
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  await act.tx.policies.insert(policy)
  recordPolicy(act, 'iam:policy:create', { after: policy })
  if (rules.some(({ rule }) => rule.effect === 'deny')) await protectIamPath(act)
  return policy
}

export async function getPolicy(act: ReadAct, policyId: string): Promise<Policy> {
  requirePermission(act, 'iam:policy:read')
  return findOwnPolicy(act, 'policy_id', policyId)
}

export interface PolicyQuery extends PageInput, PolicyPrincipalInput {
  readonly organizationId: string
  readonly name: string
}

export async function listPolicies(act: ReadAct, input: PolicyQuery): Promise<Page<Policy>> {
  requirePermission(act, 'iam:policy:list')
  const organizationId = ownOrganization(act, input.organizationId)
  const principal = parsePrincipal(input)
  const filter = { ...(principal && { principal }), ...textFilter('name', 'name', input.name) }
  return readPage(input, ['policies', organizationId, filter], {
    read: (page) => act.tx.policies.list(organizationId, filter, page),
    position: byCreation,
  })
}

export interface PolicyUpdate extends PolicyPrincipalInput {
  readonly id: string
  readonly etag: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly mask: readonly string[]
}

/** Naming another principal moves the policy; naming none detaches it. */
export async function updatePolicy(act: WriteAct, input: PolicyUpdate): Promise<Policy> {
  requirePermission(act, 'iam:policy:write')
  const mask = parseMask(input.mask, {
    mutable: ['name', 'description', 'tags', 'principal'],
    immutable: ['id', 'organization_id', 'create_time', 'rules'],
  })
  const before = await findOwnPolicy(act, 'policy.id', input.id)
  checkEtag('policy', before, input.etag)
  const { principal: principalBefore, ...kept } = before
  const fields = parsed((v) => ({
    name: mask.has('name') ? parseName(v, 'policy.name', input.name) : kept.name,
    description: mask.has('description')
      ? parseDescription(v, 'policy.description', input.description)
      : kept.description,
    tags: mask.has('tags') ? parseTags(v, 'policy.tags', input.tags) : kept.tags,
  }))
  const principal = mask.has('principal') ? await findPrincipal(act, input) : principalBefore
  const after: Policy = {
    ...kept,
    ...fields,
    ...(principal && { principal }),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  const isMoved = principalBefore?.id !== principal?.id
  if (isMoved) await requireMove(act, before, after)
  await act.tx.policies.update(after)
  recordPolicy(act, 'iam:policy:write', { before, after })
  if (isMoved) await protectIamPath(act)
  return after
}

/** The new principal gains the allow rules; the old one is rid of the deny rules. */
async function requireMove(act: WriteAct, before: Policy, after: Policy): Promise<void> {
  const reaches = await reachesOfPolicy(act, before)
  const nothing: readonly Reach[] = []
  if (after.principal) requireGrants(act, gained({ before: nothing, after: reaches }))
  if (before.principal) requireGrants(act, gained({ before: reaches, after: nothing }))
}

export async function deletePolicy(
  act: WriteAct,
  input: { readonly policyId: string; readonly etag: string },
): Promise<void> {
  requirePermission(act, 'iam:policy:delete')
  const policy = await findOwnPolicy(act, 'policy_id', input.policyId)
  checkEtag('policy', policy, input.etag)
  if (policy.principal) {
    requireGrants(act, gained({ before: await reachesOfPolicy(act, policy), after: [] }))
  }
  await act.tx.policies.delete(policy.id)
  recordPolicy(act, 'iam:policy:delete', { before: policy })
  await protectIamPath(act)
}

/** The copy has neither principal nor tags; each of its rules has an id of its own. */
export async function clonePolicy(
  act: WriteAct,
  input: { readonly policyId: string; readonly name: string },
): Promise<Policy> {
  requirePermission(act, 'iam:policy:read')
  requirePermission(act, 'iam:policy:create')
  const { principal: _, ...original } = await findOwnPolicy(act, 'policy_id', input.policyId)
  const name = parsed((v) =>
    input.name === ''
      ? `Copy of ${original.name}`.slice(0, nameMax).trimEnd()
      : parseName(v, 'name', input.name),
  )
  const copy: Policy = {
    ...original,
    id: act.tools.newId() as PolicyId,
    name,
    tags: [],
    rules: original.rules.map((rule) => ({ ...rule, id: act.tools.newId() as typeof rule.id })),
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  await act.tx.policies.insert(copy)
  recordPolicy(act, 'iam:policy:create', { after: copy })
  return copy
}

export async function findOwnPolicy(act: ReadAct, field: string, text: string): Promise<Policy> {
  const id = parsed((v) => parseId<PolicyId>(v, field, text))
  return own(act, await act.tx.policies.find(id), { noun: 'policy', id })
}

async function findPrincipal(
  act: ReadAct,
  input: PolicyPrincipalInput,
): Promise<PolicyPrincipal | undefined> {
  const principal = parsePrincipal(input)
  if (!principal) return undefined
  const { type: noun, id } = principal
  const found = await findThing(act, principal)
  own(act, found, { noun, id })
  return principal
}

function findThing({ tx }: ReadAct, principal: PolicyPrincipal) {
  switch (principal.type) {
    case 'user':
      return tx.users.find(principal.id)
    case 'group':
      return tx.groups.find(principal.id)
    case 'application':
      return tx.applications.find(principal.id)
    default:
      return principal satisfies never
  }
}

function parsePrincipal(input: PolicyPrincipalInput): PolicyPrincipal | undefined {
  const { userId, groupId, applicationId } = input
  return parsed((v) => {
    if ([userId, groupId, applicationId].filter((id) => id !== '').length > 1) {
      v.fail('principal', 'CONSTRAINT', 'must be at most one of user, group and application')
    }
    if (userId !== '') return { type: 'user', id: parseId<UserId>(v, 'user_id', userId) }
    if (groupId !== '') return { type: 'group', id: parseId<GroupId>(v, 'group_id', groupId) }
    if (applicationId === '') return undefined
    return { type: 'application', id: parseId<ApplicationId>(v, 'application_id', applicationId) }
  })
}

/** A policy's own rules, and what is attached to its principal, before and after. */
export function recordPolicy(
  act: WriteAct,
  action: string,
  change: { readonly before?: Policy; readonly after?: Policy },
): void {
  const { before, after } = change
  const id = (after ?? before)?.id ?? ''
  const holders = [before?.principal?.id, after?.principal?.id].filter((holder) => holder)
  record(act, {
    action,
    resourceType: 'policy',
    resourceId: id,
    entities: [
      { kind: 'policy', id },
      ...[...new Set(holders)].map((holder) => ({ kind: 'bindings' as const, id: holder ?? '' })),
    ],
    ...change,
  })
}
