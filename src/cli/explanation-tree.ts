import {
  type AuthorizeResponse,
  type ExplainedPolicy,
  type ExplainedRule,
  type ExplainResponse,
  RuleOutcome,
} from '../grpc/gen/postern/v1/authorization.js'
import { PermissionSetScopeType } from '../grpc/gen/postern/v1/permission_set.js'
import { Effect, type Rule } from '../grpc/gen/postern/v1/policy.js'
import { answerText } from './answer.js'
import type { WireQuestion } from './question.js'
import { type Paint, printable } from './terminal.js'
import { renderTree, type TreeNode } from './tree.js'

export interface ExplanationView {
  readonly question: WireQuestion
  readonly names: Names
  readonly paint: Paint
}

interface Names {
  /** Empty: not known. */
  readonly principal: string
  /** By id. */
  readonly projects: ReadonlyMap<string, string>
}

/** The answer, the question, and the path between: key, principal, groups, policies, rules. */
export function explanationText(explanation: ExplainResponse, view: ExplanationView): string {
  const { answer } = explanation
  if (!answer) return 'the server gave no answer\n'
  const tree = answer.principal ? `\n${renderTree(keyNode(explanation, answer, view))}` : ''
  return `${answerText(answer, view.paint)}\n${questionText(view)}\n${tree}`
}

function questionText({ question: { action, resource }, names, paint }: ExplanationView): string {
  const path = [resource.type, resource.id].filter((part) => part !== '').join('/')
  const target = path === '' ? '' : `on ${path}`
  const { projectId } = resource
  const scope =
    projectId === '' ? 'in the organization' : `in project ${projectName(names, projectId)}`
  return `${paint('bold', printable(action))}${target === '' ? '' : ` ${printable(target)}`} ${printable(scope)}`
}

function projectName({ projects }: Names, id: string): string {
  return projects.get(id) ?? id
}

function keyNode(
  explanation: ExplainResponse,
  answer: AuthorizeResponse,
  view: ExplanationView,
): TreeNode {
  const principal = principalNode(explanation, answer, view)
  if (answer.accessKey === '') return principal
  return { label: `key ${printable(answer.accessKey)}`, children: [principal] }
}

function principalNode(
  { groups, policies }: ExplainResponse,
  { principal }: AuthorizeResponse,
  view: ExplanationView,
): TreeNode {
  const kind = principal?.$case === 'applicationId' ? 'application' : 'user'
  const id = principal?.value ?? ''
  const name = view.names.principal
  const label = name === '' || name === id ? `${kind} ${id}` : `${kind} ${name} (${id})`
  const own = policies.filter(({ via }) => via?.$case !== 'groupId')
  return {
    label: printable(label),
    children: [
      ...own.map((policy) => policyNode(policy, view)),
      ...groups.map((group) => ({
        label: printable(`group ${group.name}`),
        children: policies
          .filter(({ via }) => via?.$case === 'groupId' && via.value === group.id)
          .map((policy) => policyNode(policy, view)),
      })),
    ],
  }
}

function policyNode({ name, rules }: ExplainedPolicy, view: ExplanationView): TreeNode {
  return {
    label: printable(`policy ${name}`),
    children: rules.map((rule) => ruleNode(rule, view)),
  }
}

function ruleNode(explained: ExplainedRule, view: ExplanationView): TreeNode {
  const { rule, matched } = explained
  const isDeny = rule?.effect === Effect.DENY
  const style = matched ? (isDeny ? 'red' : 'green') : 'dim'
  const text = `${matched ? '✓' : '✗'} ${rule ? ruleText(rule, view.names) : 'a rule'}`
  return {
    label: view.paint(style, printable(text)),
    children: [{ label: outcomeText(explained, view) }],
  }
}

function ruleText(rule: Rule, names: Names): string {
  const effect = rule.effect === Effect.DENY ? 'deny' : 'allow'
  const resources = rule.resources.length === 0 ? '' : ` on ${rule.resources.join(', ')}`
  const condition = rule.condition === '' ? '' : ` if ${rule.condition}`
  return `${effect} ${rule.permissionSetNames.join(', ')} ${scopeText(rule, names)}${resources}${condition}`
}

function scopeText({ scope, permissionSetsScopeType }: Rule, names: Names): string {
  if (scope?.$case !== 'projects') {
    const isOfProjects = permissionSetsScopeType === PermissionSetScopeType.PROJECTS
    return isOfProjects ? 'in every project' : 'in the organization'
  }
  const projects = scope.value.projectIds.map((id) => projectName(names, id)).sort()
  return projects.length === 0 ? 'in no project' : `in ${projects.join(', ')}`
}

const outcomeTexts: Readonly<Record<RuleOutcome, string>> = {
  [RuleOutcome.UNSPECIFIED]: 'for a reason that was not given',
  [RuleOutcome.UNRECOGNIZED]: 'for a reason that this version does not know',
  [RuleOutcome.MATCHED]: 'matches',
  [RuleOutcome.ACTION_DIFFERS]: 'none of its permissions is the action',
  [RuleOutcome.SCOPE_DIFFERS]: 'the resource is outside its scope',
  [RuleOutcome.RESOURCE_DIFFERS]: 'none of its patterns matches the resource',
  [RuleOutcome.CONDITION_FALSE]: 'its condition is false',
  [RuleOutcome.CONDITION_ERROR]: 'its condition fails',
}

function outcomeText(
  { outcome, error, matched }: ExplainedRule,
  { paint }: ExplanationView,
): string {
  const text = outcomeTexts[outcome] ?? outcomeTexts[RuleOutcome.UNRECOGNIZED]
  if (outcome !== RuleOutcome.CONDITION_ERROR) return paint('dim', text)
  const effect = matched ? ', so the deny counts' : ', so the allow does not count'
  return paint('yellow', printable(`${text}: ${error}${effect}`))
}
