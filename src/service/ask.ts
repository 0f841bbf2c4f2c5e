import type { Decision } from '../domain/decision.js'
import { evaluate } from '../domain/evaluate.js'
import { type ExplainedPolicy, explainPolicies } from '../domain/explain.js'
import type { Group } from '../domain/group.js'
import { parseApiKeyId } from '../domain/ids.js'
import type { CompiledPolicy } from '../domain/policy.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { isWellFormedSecret } from '../domain/secret.js'
import { parsed } from '../domain/validation.js'
import type { ReadAct } from './act.js'
import { loadFacts, loadStanding, type Standing } from './facts.js'
import { type PrincipalInput, parsePrincipalRef } from './principal-input.js'
import { requirePermission } from './require.js'

/** Asks about a named principal of the caller's organization. */
export async function authorizePrincipal(
  act: ReadAct,
  input: RawQuestion & PrincipalInput,
): Promise<Decision> {
  requirePermission(act, 'iam:decision:ask')
  const { ref, question } = parsed((v) => ({
    ref: parsePrincipalRef(v, 'principal', input),
    question: parseQuestion(v, '', input),
  }))
  const standing = await loadStanding(act.tx.decisions, ref)
  if (!isOwn(act, standing)) return { effect: 'deny', reason: 'PRINCIPAL_NOT_FOUND' }
  return decide(act, standing, question)
}

/** Exactly one is given. */
export interface ExplainSubject extends PrincipalInput {
  readonly apiKey: string
  readonly accessKey: string
}

export interface Explanation {
  readonly decision: Decision
  readonly groups: readonly Group[]
  readonly policies: readonly ExplainedPolicy[]
  /** The path in words, one step a line. */
  readonly steps: readonly string[]
}

/** The decision and all that led to it. What is not of the caller's organization is not found. */
export async function explain(
  act: ReadAct,
  input: RawQuestion & ExplainSubject,
): Promise<Explanation> {
  requirePermission(act, 'iam:decision:explain')
  const question = parsed((v) => parseQuestion(v, '', input))
  const found = await findSubject(act, input)
  if ('reason' in found) return unexplained({ effect: 'deny', reason: found.reason })
  const decision = await decide(act, found, question)
  const groups = await groupsOf(act, found)
  const policies = explainPolicies(byName(found.policies), {
    principal: found.principal,
    question,
    nowMs: act.nowMs,
  })
  return { decision, groups, policies, steps: stepsOf({ decision, groups, policies }, found) }
}

type Refused = { readonly reason: 'KEY_MALFORMED' | 'KEY_NOT_FOUND' | 'PRINCIPAL_NOT_FOUND' }

async function findSubject(act: ReadAct, input: ExplainSubject): Promise<Standing | Refused> {
  requireOneSubject(input)
  if (input.apiKey !== '' || input.accessKey !== '') return findKeySubject(act, input)
  const ref = parsed((v) => parsePrincipalRef(v, 'principal', input))
  const standing = await loadStanding(act.tx.decisions, ref)
  return isOwn(act, standing) ? standing : { reason: 'PRINCIPAL_NOT_FOUND' }
}

async function findKeySubject(act: ReadAct, input: ExplainSubject): Promise<Standing | Refused> {
  const { decisions } = act.tx
  if (input.apiKey !== '' && !isWellFormedSecret(input.apiKey)) return { reason: 'KEY_MALFORMED' }
  const credential =
    input.apiKey === ''
      ? await decisions.findCredentialByKeyId(
          parsed((v) => parseApiKeyId(v, 'access_key', input.accessKey)),
        )
      : await decisions.findCredential(act.tools.hashSecret(input.apiKey))
  const standing = credential && (await loadStanding(decisions, credential.bearer, credential))
  return isOwn(act, standing) ? standing : { reason: 'KEY_NOT_FOUND' }
}

function requireOneSubject(input: ExplainSubject): void {
  const given = [input.apiKey, input.accessKey, input.userId, input.applicationId]
  parsed((v) => {
    if (given.filter((text) => text !== '').length !== 1) {
      v.fail('subject', 'REQUIRED', 'must be one of api_key, access_key, user_id, application_id')
    }
  })
}

function isOwn(act: ReadAct, standing: Standing | undefined): standing is Standing {
  return standing?.principal.organizationId === act.caller.organizationId
}

async function decide(act: ReadAct, standing: Standing, question: Question): Promise<Decision> {
  const facts = await loadFacts(act.tx.decisions, standing, question.resource.projectId)
  return evaluate(facts, question, act.nowMs)
}

async function groupsOf(act: ReadAct, { principal }: Standing): Promise<Group[]> {
  const groups = await Promise.all(principal.groupIds.map((id) => act.tx.groups.find(id)))
  return groups.filter((group) => group !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function byName(policies: readonly CompiledPolicy[]): CompiledPolicy[] {
  return [...policies].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function unexplained(decision: Decision): Explanation {
  return { decision, groups: [], policies: [], steps: [`the answer is ${decision.reason}`] }
}

function stepsOf(
  { decision, groups, policies }: Omit<Explanation, 'steps'>,
  { key, principal }: Standing,
): string[] {
  const matched = policies.flatMap((policy) => policy.rules).filter((rule) => rule.matched)
  const named = decision.rule ? ` by a rule of policy \`${decision.rule.policyName}\`` : ''
  return [
    ...(key ? [`key ${key.id} is borne by ${principal.ref.type} ${principal.ref.id}`] : []),
    `${principal.ref.type} ${principal.ref.id} is ${principal.owner ? 'the owner' : principal.status}`,
    `groups: ${groups.map((group) => group.name).join(', ') || 'none'}`,
    `${policies.length} policies reach it, ${matched.length} of their rules match`,
    `the answer is ${decision.effect}, ${decision.reason}${named}`,
  ]
}
