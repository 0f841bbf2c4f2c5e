import { type ApiKeyCredential, isExpired, type KeyNarrowing } from './api-key.js'
import type { AuthorizationView } from './authorization-view.js'
import { type ConditionInput, mayReadTime } from './condition/condition.js'
import type { Decision, DenyReason, Subject } from './decision.js'
import type { OrganizationId, ProjectId } from './ids.js'
import { contains, parseIpAddress, parseIpRange } from './ip-range.js'
import { matchesPattern } from './pattern.js'
import type { CompiledRule } from './policy.js'
import type { Principal } from './principal.js'
import type { Question } from './question.js'
import type { RuleTest } from './rule-index.js'
import { Verdicts } from './verdicts.js'

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
  return new Decider(facts).decide(question, facts.projectOrganizationId, nowMs)
}

/** Who decides again and again about one principal, with or without one of its keys. */
export class Decider {
  readonly key: ApiKeyCredential | undefined
  readonly principal: Principal
  /** No answer depends on when it is given. */
  readonly isTimeless: boolean
  readonly #view: AuthorizationView
  readonly #verdicts: Verdicts

  constructor({ key, principal, view }: Omit<DecisionFacts, 'projectOrganizationId'>) {
    this.key = key
    this.principal = principal
    this.isTimeless = key?.expiresAtMs === undefined && !view.denies.isTimed && !view.allows.isTimed
    this.#view = view
    this.#verdicts = new Verdicts(subjectOf(key, principal))
  }

  /** `projectOrganizationId` is that of the question's project; `undefined`: there is none. */
  decide(
    question: Question,
    projectOrganizationId: OrganizationId | undefined,
    nowMs: number,
  ): Decision {
    const refusal = this.#refusalBeforePolicies(question, projectOrganizationId, nowMs)
    if (refusal) return this.#verdicts.deny(refusal)
    if (this.principal.owner) return this.#verdicts.owner()
    return this.#decideByPolicies(question, nowMs)
  }

  /** What settles the question before any policy is looked at. */
  #refusalBeforePolicies(
    question: Question,
    projectOrganizationId: OrganizationId | undefined,
    nowMs: number,
  ): DenyReason | undefined {
    const { key, principal } = this
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

  #decideByPolicies(question: Question, nowMs: number): Decision {
    const conditions = new ConditionsOf(this.principal, question, nowMs)
    // A deny ends the search: no allow can override it.
    const denied = this.#view.denies.find(question, conditions)
    if (denied) return this.#verdicts.byRule(denied, conditions.haveReadTime)
    const allowed = this.#view.allows.find(question, conditions)
    if (allowed) return this.#verdicts.byRule(allowed, conditions.haveReadTime)
    return this.#verdicts.deny('NO_MATCHING_RULE', conditions.haveReadTime)
  }
}

/** The conditions of one question's rules: their input is made when the first of them needs it. */
class ConditionsOf implements RuleTest {
  readonly #principal: Principal
  readonly #question: Question
  readonly #nowMs: number
  #input: ConditionInput | undefined
  /** Whether one of those that were asked may have looked at the clock. */
  haveReadTime = false

  constructor(principal: Principal, question: Question, nowMs: number) {
    this.#principal = principal
    this.#question = question
    this.#nowMs = nowMs
  }

  /** What cannot be computed does not allow, and still denies. */
  accepts({ condition, effect }: CompiledRule): boolean {
    if (!condition) return true
    this.#input ??= conditionInput(this.#principal, this.#question, this.#nowMs)
    if (mayReadTime(condition)) this.haveReadTime = true
    const { kind } = condition.evaluate(this.#input)
    return effect === 'deny' ? kind !== 'false' : kind === 'true'
  }
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
    // In this order: the other way round, Node 20 takes twenty times as long to make it.
    request: { timeMs: nowMs, ...question.request },
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

function subjectOf(key: ApiKeyCredential | undefined, principal: Principal): Subject {
  return {
    principal: principal.ref,
    organizationId: principal.organizationId,
    ...(key && { keyId: key.id }),
  }
}
