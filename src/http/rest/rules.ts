import type { Policy } from '../../domain/policy.js'
import { ownOrganization } from '../../service/act.js'
import { getPolicy } from '../../service/policies.js'
import type { Slice } from '../../service/ports/search.js'
import { setRules } from '../../service/rules.js'
import type { Calls } from './calls.js'
import { toRule } from './policy.js'
import { iam, type Route } from './route.js'
import { organizationsIn, readRules } from './rule-reader.js'

const path = `${iam}/rules`

export function ruleRoutes(calls: Calls): Route[] {
  return [listRoute(calls), setRoute(calls)]
}

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListRules',
    summary: "List a policy's rules",
    query: ['policy_id', 'page', 'page_size'],
    answer: 'ListRulesResponse',
    respond: read({
      parse: (input) => ({
        policyId: input.text('policy_id') ?? '',
        slice: input.slice({ created_at: 'created_at' }),
      }),
      work: async (act, { policyId, slice }) => ({ policy: await getPolicy(act, policyId), slice }),
      present: ({ policy, slice }) => ({
        rules: sliced(policy, slice),
        total_count: policy.rules.length,
      }),
    }),
  }
}

function sliced(policy: Policy, { offset, size }: Slice<string>) {
  return policy.rules.slice(offset, offset + size).map((rule) => toRule(rule, policy))
}

function setRoute({ write }: Calls): Route {
  return {
    method: 'PUT',
    path,
    id: 'SetRules',
    summary: "Replace all of a policy's rules",
    body: ['policy_id*', 'rules*'],
    answer: 'SetRulesResponse',
    respond: write({
      parse: (input) => ({
        policyId: input.body.text('policy_id'),
        etag: input.body.text('etag'),
        rules: readRules(input),
        named: organizationsIn(input),
      }),
      work: (act, { named, ...input }) => {
        for (const id of named) ownOrganization(act, id)
        return setRules(act, input)
      },
      present: (policy) => ({ rules: policy.rules.map((rule) => toRule(rule, policy)) }),
    }),
  }
}
