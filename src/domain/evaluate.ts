import { type ApiKeyCredential, isExpired, type KeyNarrowing } from './api-key.js'
import type { AuthorizationView } from './authorization-view.js'
import type { ConditionInput } from './condition/condition.js'
import type { DecidingRule, Decision, DenyReason, Subject } from './decision.js'
import type { OrganizationId, ProjectId } from './ids.js'
import { contains, parseIpAddress, parseIpRange } from './ip-range.js'
import { matchesPattern } from './pattern.js'
import type { CompiledRule } from './policy.js'
import type { Principal } from './principal.js'
import type { Question } from './question.js'

/** All that a decision about one principal depends on, read from one snapshot. */
export interface DecisionFacts {
  /** Absent when the question names the principal itself. */
  readonly key?: ApiKeyCredential
  readonly principal: Principal
  /** The organization of the question's project; `undefined` when there is no such project. */
  readonly projectOrganizationId?: OrganizationId | undefined
  readonly view: AuthorizationView
}

/** Decides one question at one instant, in the order that the reasons stand in the manual. */
export function evaluate(facts: DecisionFacts, question: Question, nowMs: number): Decision {
  const subject = subjectOf(facts)
  const refusal = refusalBeforePolicies(facts, question, nowMs)
  if (refusal) return { effect: 'deny', reason: refusal, subject }
  if (facts.principal.owner) return { effect: 'allow', reason: 'OWNER', subject }
  return evaluatePolicies(facts, question, { subject, nowMs })
}

/** What settles the question before any policy is looked at. */
function refusalBeforePolicies(
  { key, principal, projectOrganizationId }: DecisionFacts,
  question: Question,
  nowMs: number,
): DenyReason | undefined {
  if (key && isExpired(key.expiresAtMs, nowMs)) return 'KEY_EXPIRED'
  if (principal.status === 'locked') return 'PRINCIPAL_LOCKED'
  if (principal.status === 'pending') return 'PRINCIPAL_PENDING'
  const { organizationId, projectId } = question.resource
  if (organizationId !== undefined && organizationId !== principal.organizationId) {
    return 'OUT_OF_SCOPE'
  }
  if (projectId !== undefined && projectOrganizationId !== principal.organizationId) {
    return 'OUT_OF_SCOPE'
  }
  if (key && !allowsQuestion(key.narrowing, question)) return 'KEY_RESTRICTION'
  return undefined
}

function evaluatePolicies(
  { principal, view }: DecisionFacts,
  question: Question,
  { subject, nowMs }: { subject: Subject; nowMs: number },
): Decision {
  let input: ConditionInput | undefined
  const outcome = (rule: CompiledRule) => {
    if (!rule.condition) return 'true'
    input ??= conditionInput(principal, question, nowMs)
    return rule.condition.evaluate(input).kind
  }
  // A deny ends the search: no allow can override it. What cannot be computed still denies.
  const denied = view.denies.find(question, (rule) => outcome(rule) !== 'false')
  if (denied) {
    return { effect: 'deny', reason: 'EXPLICIT_DENY', subject, rule: decidingRule(denied) }
  }
  const allowed = view.allows.find(question, (rule) => outcome(rule) === 'true')
  if (allowed) return { effect: 'allow', reason: 'RULE', subject, rule: decidingRule(allowed) }
  return { effect: 'deny', reason: 'NO_MATCHING_RULE', subject }
}

/** A key restricted by project or address excludes questions that do not say theirs. */
export function allowsQuestion(narrowing: KeyNarrowing, question: Question): boolean {
  const { actions, resources, projectIds, sourceCidrs } = narrowing
  return (
    (!actions || actions.some((pattern) => matchesPattern(pattern, question.action))) &&
    (!resources || resources.some((pattern) => matchesPattern(pattern, question.resource.path))) &&
    (!projectIds || includesProject(projectIds, question.resource.projectId)) &&
    (!sourceCidrs || isFrom(sourceCidrs, question.request.ip))
  )
}

function includesProject(projectIds: readonly ProjectId[], id: ProjectId | undefined): boolean {
  return id !== undefined && projectIds.includes(id)
}

function isFrom(cidrs: readonly string[], ip: string | undefined): boolean {
  const address = ip === undefined ? undefined : parseIpAddress(ip)
  if (!address) return false
  return cidrs.some((cidr) => {
    const range = parseIpRange(cidr)
    return range !== undefined && contains(range, address)
  })
}

export function conditionInput(
  principal: Principal,
  question: Question,
  nowMs: number,
): ConditionInput {
  return {
    request: { ...question.request, timeMs: nowMs },
    resource: question.resource,
    principal: {
      id: principal.ref.id,
      type: principal.ref.type,
      attributes: principal.attributes,
      tags: principal.tags,
    },
    context: question.context,
  }
}

function subjectOf({ key, principal }: DecisionFacts): Subject {
  return {
    principal: principal.ref,
    organizationId: principal.organizationId,
    ...(key && { keyId: key.id }),
  }
}

function decidingRule(rule: CompiledRule): DecidingRule {
  return { policyId: rule.policyId, policyName: rule.policyName, ruleId: rule.id }
}
