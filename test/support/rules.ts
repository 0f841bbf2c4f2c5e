import type { OrganizationId, PolicyId, ProjectId, RuleId, UserId } from '../../src/domain/ids.js'
import type { CompiledRule } from '../../src/domain/policy.js'
import type { Principal } from '../../src/domain/principal.js'
import { type Question, type Resource, resourcePath } from '../../src/domain/question.js'

export const home = 'home' as OrganizationId
export const staging = 'staging' as ProjectId
export const production = 'production' as ProjectId

/** An unconditional allow of everything in every project, unless said otherwise. */
export function aRule(parts: Partial<CompiledRule> & { readonly name: string }): CompiledRule {
  const { name, ...rest } = parts
  return {
    id: name as RuleId,
    policyId: `policy of ${name}` as PolicyId,
    policyName: `policy of ${name}`,
    effect: 'allow',
    scopeType: 'projects',
    scope: { kind: 'organization' },
    permissions: ['*'],
    permissionSetNames: [],
    resources: [],
    ...rest,
  }
}

/** About `server/web-1` of staging, unless said otherwise. */
export function aQuestion(action: string, parts: Partial<Resource> = {}): Question {
  const resource = { projectId: staging, type: 'server', id: 'web-1', attributes: {}, ...parts }
  const path = resourcePath(resource.type, resource.id)
  return { action, resource: { ...resource, path }, request: {}, context: {} }
}

/** About the organization itself. */
export function anOrganizationQuestion(action: string): Question {
  return { action, resource: { attributes: {}, path: '' }, request: {}, context: {} }
}

/** An active member without groups, unless said otherwise. */
export function aPrincipal(parts: Partial<Principal> = {}): Principal {
  return {
    ref: { type: 'user', id: 'ada' as UserId },
    organizationId: home,
    owner: false,
    status: 'active',
    groupIds: [],
    attributes: {},
    tags: [],
    ...parts,
  }
}
