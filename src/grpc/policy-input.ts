import type { NewPolicy, PolicyPrincipalInput, PolicyUpdate } from '../service/policies.js'
import type { RuleInput } from '../service/rule-parser.js'
import type { NewRule, RulesUpdate, RuleUpdate } from '../service/rules.js'
import {
  type CreatePolicyRequest,
  type CreateRuleRequest,
  type SetRulesRequest,
  type UpdatePolicyRequest,
  type UpdateRuleRequest,
  type Policy as WirePolicy,
  Rule as WireRule,
} from './gen/postern/v1/policy.js'
import { fromRule, fromRules } from './rule.js'
import { oneofText } from './values.js'

/** The requests of policies and rules, as the use cases take them. */

export function fromCreatePolicy(request: CreatePolicyRequest): NewPolicy {
  return { ...request, ...principalIds(request.principal), rules: fromRules(request.rules) }
}

export function fromUpdatePolicy({ policy, updateMask }: UpdatePolicyRequest): PolicyUpdate {
  return {
    ...principalIds(policy?.principal),
    id: policy?.id ?? '',
    etag: policy?.etag ?? '',
    name: policy?.name ?? '',
    description: policy?.description ?? '',
    tags: policy?.tags ?? [],
    mask: (updateMask ?? []).map(principalPath),
  }
}

export function fromSetRules(request: SetRulesRequest): RulesUpdate {
  return { ...request, rules: fromRules(request.rules) }
}

export function fromCreateRule(request: CreateRuleRequest): NewRule {
  return { ...request, rule: givenRule(request.rule) }
}

export function fromUpdateRule(request: UpdateRuleRequest): RuleUpdate {
  return { ...request, ruleId: request.rule?.id ?? '', rule: givenRule(request.rule) }
}

export function principalIds(oneof: WirePolicy['principal']): PolicyPrincipalInput {
  return {
    userId: oneofText(oneof, 'userId'),
    groupId: oneofText(oneof, 'groupId'),
    applicationId: oneofText(oneof, 'applicationId'),
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
