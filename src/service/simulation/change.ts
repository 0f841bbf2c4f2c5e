import type { WriteAct } from '../act.js'
import { addGroupMembers, type MembersInput, removeGroupMembers } from '../group-members.js'
import {
  createPolicy,
  deletePolicy,
  type NewPolicy,
  type PolicyUpdate,
  updatePolicy,
} from '../policies.js'
import {
  createRule,
  deleteRule,
  type NewRule,
  type RulesUpdate,
  type RuleTarget,
  type RuleUpdate,
  setRules,
  updateRule,
} from '../rules.js'

/** One change, as the call that would make it takes it. */
export type SimulatedChange =
  | { readonly kind: 'create_policy'; readonly input: NewPolicy }
  | { readonly kind: 'update_policy'; readonly input: PolicyUpdate }
  | {
      readonly kind: 'delete_policy'
      readonly input: { readonly policyId: string; readonly etag: string }
    }
  | { readonly kind: 'set_rules'; readonly input: RulesUpdate }
  | { readonly kind: 'create_rule'; readonly input: NewRule }
  | { readonly kind: 'update_rule'; readonly input: RuleUpdate }
  | { readonly kind: 'delete_rule'; readonly input: RuleTarget }
  | { readonly kind: 'add_group_members'; readonly input: MembersInput }
  | { readonly kind: 'remove_group_members'; readonly input: MembersInput }

/** What somebody must be allowed to see who is to be told what the change would do. */
export function permissionToSee({ kind }: SimulatedChange): 'iam:policy:read' | 'iam:group:read' {
  const isOfGroup = kind === 'add_group_members' || kind === 'remove_group_members'
  return isOfGroup ? 'iam:group:read' : 'iam:policy:read'
}

/** Makes the change by the use case of its call. */
export function make(act: WriteAct, change: SimulatedChange): Promise<unknown> {
  switch (change.kind) {
    case 'create_policy':
      return createPolicy(act, change.input)
    case 'update_policy':
      return updatePolicy(act, change.input)
    case 'delete_policy':
      return deletePolicy(act, change.input)
    case 'set_rules':
      return setRules(act, change.input)
    case 'create_rule':
      return createRule(act, change.input)
    case 'update_rule':
      return updateRule(act, change.input)
    case 'delete_rule':
      return deleteRule(act, change.input)
    case 'add_group_members':
      return addGroupMembers(act, change.input)
    case 'remove_group_members':
      return removeGroupMembers(act, change.input)
    default:
      return change satisfies never
  }
}
