import type { Policy } from '../domain/policy.js'
import { etagOf } from '../service/etag.js'
import {
  clonePolicy,
  createPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  type PolicyPrincipalInput,
  updatePolicy,
} from '../service/policies.js'
import type { RuleInput } from '../service/rule-parser.js'
import { createRule, deleteRule, setRules, updateRule } from '../service/rules.js'
import {
  type ClonePolicyRequest,
  type CreatePolicyRequest,
  type CreateRuleRequest,
  type DeletePolicyRequest,
  type DeleteRuleRequest,
  type GetPolicyRequest,
  type ListPoliciesRequest,
  type PolicyServiceServer,
  type SetRulesRequest,
  type UpdatePolicyRequest,
  type UpdateRuleRequest,
  type Policy as WirePolicy,
  Rule as WireRule,
} from './gen/postern/v1/policy.js'
import type { Methods } from './method.js'
import { fromRule, fromRules, toPolicyPrincipal, toRule } from './rule.js'
import { oneofText, toTime } from './values.js'

export function policyHandlers(methods: Methods): PolicyServiceServer {
  return { ...wholePolicyHandlers(methods), ...ruleHandlers(methods) }
}

function wholePolicyHandlers({ read, write }: Methods) {
  return {
    createPolicy: write(
      (act, request: CreatePolicyRequest) =>
        createPolicy(act, {
          ...request,
          ...principalIds(request.principal),
          rules: fromRules(request.rules),
        }),
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
      (act, { policy, updateMask }: UpdatePolicyRequest) =>
        updatePolicy(act, {
          ...principalIds(policy?.principal),
          id: policy?.id ?? '',
          etag: policy?.etag ?? '',
          name: policy?.name ?? '',
          description: policy?.description ?? '',
          tags: policy?.tags ?? [],
          mask: (updateMask ?? []).map(principalPath),
        }),
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
      (act, request: SetRulesRequest) =>
        setRules(act, { ...request, rules: fromRules(request.rules) }),
      toPolicy,
    ),
    createRule: write(
      (act, request: CreateRuleRequest) =>
        createRule(act, { ...request, rule: givenRule(request.rule) }),
      toPolicy,
    ),
    updateRule: write(
      (act, request: UpdateRuleRequest) =>
        updateRule(act, {
          ...request,
          ruleId: request.rule?.id ?? '',
          rule: givenRule(request.rule),
        }),
      toPolicy,
    ),
    deleteRule: write((act, request: DeleteRuleRequest) => deleteRule(act, request), toPolicy),
  }
}

/** A rule that is not given is one with nothing in it: the domain says what it lacks. */
function givenRule(rule: WireRule | undefined): RuleInput {
  return fromRule(rule ?? WireRule.fromPartial({}), 'rule')
}

/** A mask may name the oneof or, as is usual, one of its members. */
function principalPath(path: string): string {
  return ['user_id', 'group_id', 'application_id'].includes(path) ? 'principal' : path
}

function principalIds(oneof: WirePolicy['principal']): PolicyPrincipalInput {
  return {
    userId: oneofText(oneof, 'userId'),
    groupId: oneofText(oneof, 'groupId'),
    applicationId: oneofText(oneof, 'applicationId'),
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
