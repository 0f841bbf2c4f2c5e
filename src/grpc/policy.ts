import type { Policy } from '../domain/policy.js'
import { etagOf } from '../service/etag.js'
import {
  clonePolicy,
  createPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  updatePolicy,
} from '../service/policies.js'
import { createRule, deleteRule, setRules, updateRule } from '../service/rules.js'
import type {
  ClonePolicyRequest,
  CreatePolicyRequest,
  CreateRuleRequest,
  DeletePolicyRequest,
  DeleteRuleRequest,
  GetPolicyRequest,
  ListPoliciesRequest,
  PolicyServiceServer,
  SetRulesRequest,
  UpdatePolicyRequest,
  UpdateRuleRequest,
  Policy as WirePolicy,
} from './gen/postern/v1/policy.js'
import type { Methods } from './method.js'
import {
  fromCreatePolicy,
  fromCreateRule,
  fromSetRules,
  fromUpdatePolicy,
  fromUpdateRule,
  principalIds,
} from './policy-input.js'
import { toPolicyPrincipal, toRule } from './rule.js'
import { toTime } from './values.js'

export function policyHandlers(methods: Methods): PolicyServiceServer {
  return { ...wholePolicyHandlers(methods), ...ruleHandlers(methods) }
}

function wholePolicyHandlers({ read, write }: Methods) {
  return {
    createPolicy: write(
      (act, request: CreatePolicyRequest) => createPolicy(act, fromCreatePolicy(request)),
      toPolicy,
    ),
    getPolicy: read((act, request: GetPolicyRequest) => getPolicy(act, request.policyId), toPolicy),
    listPolicies: read(
      (act, request: ListPoliciesRequest) =>
        listPolicies(act, { ...request, ...principalIds(request.principal) }),
      ({ items, nextPageToken }, revision) => ({
        policies: items.map((policy) => toPolicy(policy, revision)),
        nextPageToken,
      }),
    ),
    updatePolicy: write(
      (act, request: UpdatePolicyRequest) => updatePolicy(act, fromUpdatePolicy(request)),
      toPolicy,
    ),
    deletePolicy: write(
      (act, request: DeletePolicyRequest) => deletePolicy(act, request),
      (_, revision) => ({ revision }),
    ),
    clonePolicy: write((act, request: ClonePolicyRequest) => clonePolicy(act, request), toPolicy),
  }
}

function ruleHandlers({ write }: Methods) {
  return {
    setRules: write(
      (act, request: SetRulesRequest) => setRules(act, fromSetRules(request)),
      toPolicy,
    ),
    createRule: write(
      (act, request: CreateRuleRequest) => createRule(act, fromCreateRule(request)),
      toPolicy,
    ),
    updateRule: write(
      (act, request: UpdateRuleRequest) => updateRule(act, fromUpdateRule(request)),
      toPolicy,
    ),
    deleteRule: write((act, request: DeleteRuleRequest) => deleteRule(act, request), toPolicy),
  }
}

function toPolicy(policy: Policy, revision: string): WirePolicy {
  return {
    id: policy.id,
    organizationId: policy.organizationId,
    name: policy.name,
    description: policy.description,
    tags: [...policy.tags],
    principal: policy.principal && toPolicyPrincipal(policy.principal),
    rules: policy.rules.map(toRule),
    createTime: toTime(policy.createdAtMs),
    updateTime: toTime(policy.updatedAtMs),
    etag: etagOf(policy),
    revision,
  }
}
