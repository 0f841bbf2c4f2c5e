import type { ApplicationId, GroupId, PolicyId, UserId } from '../../domain/ids.js'
import { deletePolicy, getPolicy } from '../../service/policies.js'
import { searchPolicies } from '../../service/search.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { toPolicy } from './policy.js'
import { clonePolicyRoute, createPolicyRoute, updatePolicyRoute } from './policy-writes.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'

const path = `${iam}/policies`

export function policyRoutes(calls: Calls): Route[] {
  return [
    listRoute(calls),
    createPolicyRoute(calls),
    getRoute(calls),
    updatePolicyRoute(calls),
    deleteRoute(calls),
    clonePolicyRoute(calls),
  ]
}

const filters = [
  'editable',
  'user_ids',
  'group_ids',
  'application_ids',
  'no_principal',
  'policy_name',
  'tag',
  'policy_ids',
] as const

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListPolicies',
    summary: 'List policies, without their rules',
    query: [...lists, ...filters],
    answer: 'ListPoliciesResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toSearch(input) }),
      work: searchPolicies,
      present: ({ items, total }) => ({ policies: items.map(toPolicy), total_count: total }),
    }),
  }
}

function toSearch(input: Input) {
  const ids = input.ids<PolicyId>('policy_ids')
  const userIds = input.ids<UserId>('user_ids')
  const groupIds = input.ids<GroupId>('group_ids')
  const applicationIds = input.ids<ApplicationId>('application_ids')
  const name = input.text('policy_name')
  const tag = input.text('tag')
  const detached = input.flag('no_principal')
  // Every policy can be edited.
  const hasNone = input.flag('editable') === false
  return {
    search: {
      ...(hasNone ? { ids: [] } : ids && { ids }),
      ...(userIds && { userIds }),
      ...(groupIds && { groupIds }),
      ...(applicationIds && { applicationIds }),
      ...(name !== undefined && { name }),
      ...(tag !== undefined && { tag }),
      ...(detached !== undefined && { detached }),
    },
    slice: input.slice({ created_at: 'created_at', policy_name: 'name' }),
  }
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{policy_id}`,
    id: 'GetPolicy',
    summary: 'Get a policy, without its rules',
    answer: 'Policy',
    respond: read({ parse: policyId, work: getPolicy, present: toPolicy }),
  }
}

function deleteRoute({ write }: Calls): Route {
  return {
    method: 'DELETE',
    path: `${path}/{policy_id}`,
    id: 'DeletePolicy',
    summary: 'Delete a policy with its rules',
    respond: write({
      parse: (input) => ({ policyId: policyId(input), etag: '' }),
      work: deletePolicy,
    }),
  }
}

function policyId(input: Input): string {
  return input.path('policy_id')
}
