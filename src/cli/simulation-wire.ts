import type { PrincipalEntry, RuleEntry } from '../domain/document.js'
import { type Policy, type Rule, Policy as WirePolicy } from '../grpc/gen/postern/v1/policy.js'
import type {
  SimulatedChange,
  SimulatedQuestion,
  SimulateRequest,
} from '../grpc/gen/postern/v1/simulation.js'
import { wireEffects } from './document-wire.js'
import type { ChangeEntry, QuestionEntry, SimulationFile } from './simulation-file.js'
import type { Names } from './simulation-names.js'

/** The file in ids. Throws `CliError` for a name that does not exist. */
export async function toSimulateRequest(
  { changes, questions }: SimulationFile,
  names: Names,
): Promise<SimulateRequest> {
  const made: SimulatedChange[] = []
  // One after another: a policy that a change makes has its name from then on.
  for (const change of changes) made.push({ change: await toChange(change, names) })
  const asked = await Promise.all(questions.map((question) => toQuestion(question, names)))
  return { changes: made, questions: asked }
}

type Change = SimulatedChange['change']
type Kind<K extends ChangeEntry['kind']> = Extract<ChangeEntry, { readonly kind: K }>

function toChange(change: ChangeEntry, names: Names): Promise<Change> {
  switch (change.kind) {
    case 'create_policy':
      return toCreatePolicy(change, names)
    case 'update_policy':
      return toUpdatePolicy(change, names)
    case 'add_group_members':
    case 'remove_group_members':
      return toMembers(change, names)
    default:
      return toRulesChange(change, names)
  }
}

async function toCreatePolicy({ policy }: Kind<'create_policy'>, names: Names): Promise<Change> {
  const { id, name, description, tags, rules, principal } = policy
  return {
    $case: 'createPolicy',
    value: {
      organizationId: '',
      principal: principal && (await toPrincipal(principal, names)),
      rules: await toRules(rules, names),
      policyId: names.newPolicy(name, id),
      name,
      description,
      tags: [...tags],
    },
  }
}

async function toUpdatePolicy(
  { policy, principal }: Kind<'update_policy'>,
  names: Names,
): Promise<Change> {
  const id = await names.policy(policy)
  const moved = principal && (await toPrincipal(principal, names))
  return {
    $case: 'updatePolicy',
    value: {
      policy: { ...WirePolicy.fromPartial({ id }), principal: moved },
      updateMask: ['principal'],
    },
  }
}

async function toMembers(
  { kind, group, users, applications }: Kind<'add_group_members' | 'remove_group_members'>,
  names: Names,
): Promise<Change> {
  const value = {
    groupId: await names.group(group),
    userIds: await Promise.all(users.map((name) => names.user(name))),
    applicationIds: await Promise.all(applications.map((name) => names.application(name))),
    etag: '',
  }
  return { $case: kind === 'add_group_members' ? 'addGroupMembers' : 'removeGroupMembers', value }
}

async function toRulesChange(
  change: Kind<'delete_policy' | 'set_rules' | 'create_rule' | 'delete_rule'>,
  names: Names,
): Promise<Change> {
  const target = { policyId: await names.policy(change.policy), etag: '' }
  switch (change.kind) {
    case 'delete_policy':
      return { $case: 'deletePolicy', value: target }
    case 'set_rules':
      return {
        $case: 'setRules',
        value: { ...target, rules: await toRules(change.rules, names) },
      }
    case 'create_rule':
      return { $case: 'createRule', value: { ...target, rule: await toRule(change.rule, names) } }
    case 'delete_rule':
      return { $case: 'deleteRule', value: { ...target, ruleId: change.ruleId } }
    default:
      return change satisfies never
  }
}

async function toPrincipal(
  { type, name }: PrincipalEntry,
  names: Names,
): Promise<NonNullable<Policy['principal']>> {
  switch (type) {
    case 'user':
      return { $case: 'userId', value: await names.user(name) }
    case 'group':
      return { $case: 'groupId', value: await names.group(name) }
    case 'application':
      return { $case: 'applicationId', value: await names.application(name) }
    default:
      return type satisfies never
  }
}

function toRules(rules: readonly RuleEntry[], names: Names): Promise<Rule[]> {
  return Promise.all(rules.map((rule) => toRule(rule, names)))
}

async function toRule(rule: RuleEntry, names: Names): Promise<Rule> {
  return {
    id: '',
    effect: wireEffects[rule.effect],
    permissionSetNames: [...rule.permissionSets],
    permissionSetsScopeType: 0,
    scope: await toScope(rule, names),
    resources: [...rule.resources],
    condition: rule.condition,
  }
}

/** None for a rule that says neither: the server says what it lacks. */
async function toScope(
  { organization, projects }: RuleEntry,
  names: Names,
): Promise<Rule['scope']> {
  if (organization) return { $case: 'organization', value: {} }
  if (projects.length === 0) return undefined
  const projectIds = await Promise.all(projects.map((name) => names.project(name)))
  return { $case: 'projects', value: { projectIds } }
}

async function toQuestion(question: QuestionEntry, names: Names): Promise<SimulatedQuestion> {
  const { principal, action, project, type, id, name, locality } = question
  return {
    principal: await toPrincipalOf(principal, names),
    action,
    resource: {
      organizationId: '',
      projectId: project === '' ? '' : await names.project(project),
      ...{ type, id, name, locality },
      attributes: { ...question.attributes },
    },
    request: { ip: question.ip, userAgent: question.userAgent },
    context: { ...question.context },
  }
}

async function toPrincipalOf(
  { type, name }: QuestionEntry['principal'],
  names: Names,
): Promise<NonNullable<SimulatedQuestion['principal']>> {
  return type === 'user'
    ? { $case: 'userId', value: await names.user(name) }
    : { $case: 'applicationId', value: await names.application(name) }
}
