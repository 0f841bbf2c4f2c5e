import type { Policy, Rule } from '../../domain/policy.js'
import { etagOf } from '../../service/etag.js'
import { toInstant } from './values.js'

export function toPolicy(policy: Policy) {
  const { rules, principal, organizationId } = policy
  const scopes = rules.flatMap(({ scope }): readonly string[] =>
    scope.kind === 'organization' ? [organizationId] : scope.projectIds,
  )
  return {
    id: policy.id,
    name: policy.name,
    description: policy.description,
    organization_id: organizationId,
    created_at: toInstant(policy.createdAtMs),
    updated_at: toInstant(policy.updatedAtMs),
    editable: true,
    deletable: true,
    managed: false,
    nb_rules: rules.length,
    nb_scopes: new Set(scopes).size,
    nb_permission_sets: new Set(rules.flatMap((rule) => rule.permissionSetNames)).size,
    tags: policy.tags,
    ...(principal ? { [`${principal.type}_id`]: principal.id } : { no_principal: true }),
    etag: etagOf(policy),
  }
}

export function toRule(rule: Rule, { organizationId }: Pick<Policy, 'organizationId'>) {
  return {
    id: rule.id,
    permission_set_names: rule.permissionSetNames,
    permission_sets_scope_type: rule.scopeType,
    condition: rule.condition,
    ...(rule.scope.kind === 'organization'
      ? { organization_id: organizationId }
      : { project_ids: rule.scope.projectIds }),
    effect: rule.effect,
    resources: rule.resources,
  }
}
