import { createAuthorizationView } from '../../src/domain/authorization-view.js'
import type { DecisionFacts } from '../../src/domain/evaluate.js'
import type { OrganizationId, PolicyId, ProjectId, RuleId, UserId } from '../../src/domain/ids.js'
import type { CompiledRule } from '../../src/domain/policy.js'
import type { Question } from '../../src/domain/question.js'

/** Questions, and principals whose policies hold many rules of which one matches them. */

const organizationId = 'organization' as OrganizationId
const projectId = 'project' as ProjectId

/** Each about another resource. */
export const questions: readonly Question[] = Array.from({ length: 100 }, (_, index) => ({
  action: 'compute:servers:start',
  resource: {
    projectId,
    type: 'server',
    id: `web-${index}`,
    path: `server/web-${index}`,
    attributes: {},
  },
  request: { ip: '10.1.2.3' },
  context: {},
}))

export const matching = rule('match', { permissions: ['compute:servers:*'] })

/** `count` rules, all but the first differing from the question in action, project, or resource. */
export function rulesOf(count: number): readonly CompiledRule[] {
  return [matching, ...Array.from({ length: count - 1 }, (_, index) => unmatching(index))]
}

function unmatching(index: number): CompiledRule {
  switch (index % 4) {
    case 0:
      return rule(`action-${index}`, { permissions: [`service${index}:things:*`] })
    case 1:
      return rule(`verb-${index}`, { permissions: [`*:verb${index}`] })
    case 2:
      return rule(`project-${index}`, {
        permissions: ['compute:servers:*'],
        scope: { kind: 'projects', projectIds: [`project-${index}` as ProjectId] },
      })
    default:
      return rule(`resource-${index}`, {
        permissions: ['compute:servers:*'],
        resources: [`server/db-${index}`],
      })
  }
}

export function rule(id: string, parts: Partial<CompiledRule>): CompiledRule {
  return {
    id: id as RuleId,
    policyId: 'policy' as PolicyId,
    policyName: 'policy',
    effect: 'allow',
    scopeType: 'projects',
    scope: { kind: 'organization' },
    permissions: [],
    permissionSetNames: [],
    resources: [],
    ...parts,
  }
}

export function factsWith(rules: readonly CompiledRule[]): DecisionFacts {
  const principal = { type: 'user', id: 'user' as UserId } as const
  const policy = { id: 'policy' as PolicyId, name: 'policy', principal, rules }
  return {
    principal: {
      ref: principal,
      organizationId,
      owner: false,
      status: 'active',
      groupIds: [],
      attributes: {},
      tags: [],
    },
    projectOrganizationId: organizationId,
    view: createAuthorizationView([policy]),
  }
}
