import { ownOrganization } from '../../service/act.js'
import {
  clonePolicy,
  createPolicy,
  getPolicy,
  type PolicyPrincipalInput,
  updatePolicy,
} from '../../service/policies.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { changedFields } from './mask.js'
import { toPolicy } from './policy.js'
import { iam, type Route } from './route.js'
import { organizationsIn, readRules } from './rule-reader.js'

const path = `${iam}/policies`
const holders = ['user_id', 'group_id', 'application_id'] as const
const principal = [...holders, 'no_principal']

export function createPolicyRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path,
    id: 'CreatePolicy',
    summary: 'Create a policy with its rules',
    body: ['name*', 'description', 'organization_id', 'rules', 'tags', ...principal],
    answer: 'Policy',
    respond: write({
      parse: (input) => ({ policy: toNewPolicy(input), named: organizationsIn(input) }),
      work: (act, { policy, named }) => {
        for (const id of named) ownOrganization(act, id)
        return createPolicy(act, policy)
      },
      present: toPolicy,
    }),
  }
}

function toNewPolicy(input: Input) {
  const { body } = input
  const organizationId = body.text('organization_id')
  return {
    organizationId,
    policyId: '',
    name: body.text('name'),
    description: body.text('description'),
    tags: body.texts('tags'),
    rules: readRules(input),
    ...readPrincipal(input),
  }
}

/** `no_principal` beside an id contradicts it. */
function readPrincipal({ v, body }: Input): PolicyPrincipalInput {
  const given = holders.filter((name) => body.text(name) !== '')
  const isDetached = body.flag('no_principal')
  if (given.length > 1 || (isDetached && given.length > 0)) {
    v.fail('principal', 'CONSTRAINT', `must be at most one of ${principal.join(', ')}`)
  }
  return {
    userId: body.text('user_id'),
    groupId: body.text('group_id'),
    applicationId: body.text('application_id'),
  }
}

export function updatePolicyRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/{policy_id}`,
    id: 'UpdatePolicy',
    summary: 'Change what is given of a policy; another principal moves it',
    body: ['name', 'description', 'tags', ...principal],
    answer: 'Policy',
    respond: write({
      parse: toPolicyUpdate,
      work: (act, input) =>
        input.mask.length === 0 ? getPolicy(act, input.id) : updatePolicy(act, input),
      present: toPolicy,
    }),
  }
}

function toPolicyUpdate(input: Input) {
  const { body } = input
  const moves = holders.some((name) => body.text(name) !== '') || body.flag('no_principal')
  return {
    id: input.path('policy_id'),
    etag: body.text('etag'),
    name: body.text('name'),
    description: body.text('description'),
    tags: body.texts('tags'),
    ...readPrincipal(input),
    mask: [
      ...changedFields(input, ['name', 'description', 'tags']),
      ...(moves ? ['principal'] : []),
    ],
  }
}

export function clonePolicyRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path: `${path}/{policy_id}/clone`,
    id: 'ClonePolicy',
    summary: 'Copy a policy and its rules, attached to nobody',
    answer: 'Policy',
    respond: write({
      parse: (input) => ({ policyId: input.path('policy_id'), name: '' }),
      work: clonePolicy,
      present: toPolicy,
    }),
  }
}
