import { BlockList, isIPv6 } from 'node:net'
import { findBuiltinPermissionSet } from '../../src/catalog/builtin.js'
import { compileCondition } from '../../src/domain/condition/compile.js'
import type { Attributes, ConditionInput } from '../../src/domain/condition/condition.js'
import { rememberConditions } from '../../src/domain/condition/remember.js'
import type { CorpusCase, NamedQuestion } from '../../src/domain/corpus.js'
import type { ApplicationEntry, RuleEntry, UserEntry } from '../../src/domain/document.js'
import type { BearerName, KeyPlan, OrganizationPlan } from '../../src/domain/world/plan.js'

export type Asked = Pick<CorpusCase, 'asker' | 'question' | 'atMs'>

export interface ReferenceAnswer {
  readonly reason: string
  /** The names of the policies that the deciding rule may be of. */
  readonly policies: readonly string[]
}

/**
 * The semantics once more, told as plainly as they can be: in names, with no ids, no index and
 * nothing prepared. It shares no code with the evaluator but the compiler of conditions, and so
 * what both get wrong, both got wrong on their own.
 */
export function referenceDecision(
  plans: readonly OrganizationPlan[],
  asked: Asked,
): ReferenceAnswer {
  const found = whoAsks(plans, asked)
  if (typeof found === 'string') return { reason: found, policies: [] }
  const { home, key, bearer } = found
  const person = personOf(home, bearer)
  if (!person) return { reason: 'PRINCIPAL_NOT_FOUND', policies: [] }
  if (key?.expiresAtMs !== undefined && asked.atMs >= key.expiresAtMs) return only('KEY_EXPIRED')
  if (person.locked) return only('PRINCIPAL_LOCKED')
  if (person.pending) return only('PRINCIPAL_PENDING')
  if (!isAtHome(plans, home, asked.question)) return only('OUT_OF_SCOPE')
  if (key && !isWithin(key, asked.question)) return only('KEY_RESTRICTION')
  if (person.owner) return only('OWNER')
  const matching = rulesFor(home, bearer).filter(({ rule }) => matches(home, rule, person, asked))
  const denies = matching.filter(({ rule }) => rule.effect === 'deny')
  if (denies.length > 0) return { reason: 'EXPLICIT_DENY', policies: denies.map((d) => d.policy) }
  const allows = matching.filter(({ rule }) => rule.effect === 'allow')
  if (allows.length > 0) return { reason: 'RULE', policies: allows.map((a) => a.policy) }
  return only('NO_MATCHING_RULE')
}

function only(reason: string): ReferenceAnswer {
  return { reason, policies: [] }
}

interface Found {
  readonly home: OrganizationPlan
  readonly bearer: BearerName
  readonly key?: KeyPlan
}

function whoAsks(plans: readonly OrganizationPlan[], { asker }: Asked): Found | string {
  if (asker.kind === 'secret') {
    // Which of both a secret is, is the business of its own tests.
    const known =
      /^pst_0(0{26}|123456789ABCDEFGHIJKLMNOPQ)(3x5PB2|0qBHM2)$|^0f8fad5b-[0-9a-f-]{27}$/
    return known.test(asker.secret) ? 'KEY_NOT_FOUND' : 'KEY_MALFORMED'
  }
  for (const home of plans) {
    if (asker.kind === 'principal' && asker.organization === home.name) {
      return { home, bearer: asker.bearer }
    }
    const key = home.keys.find((each) => asker.kind === 'key' && each.name === asker.name)
    if (key) return { home, bearer: key.bearer, key }
  }
  return asker.kind === 'key' ? 'KEY_NOT_FOUND' : 'PRINCIPAL_NOT_FOUND'
}

interface Person {
  readonly entry: UserEntry | ApplicationEntry
  readonly type: 'user' | 'application'
  readonly owner: boolean
  readonly locked: boolean
  readonly pending: boolean
}

function personOf({ document, pending }: OrganizationPlan, { type, name }: BearerName) {
  if (type === 'application') {
    const entry = document.applications.find((each) => each.name === name)
    return entry && { entry, type, owner: false, locked: false, pending: false }
  }
  const entry = document.users.find((each) => isSame(each.email, name))
  if (!entry) return undefined
  return {
    entry,
    type,
    owner: entry.type === 'owner',
    locked: entry.locked,
    pending: pending.some((email) => isSame(email, name)),
  }
}

function isSame(email: string, other: string): boolean {
  return email.toLowerCase() === other.toLowerCase()
}

/** Ids that are written out are nobody's. */
function isAtHome(
  plans: readonly OrganizationPlan[],
  home: OrganizationPlan,
  { resource }: NamedQuestion,
): boolean {
  if (!resource) return true
  if (resource.organizationId !== '' || resource.projectId !== '') return false
  if (resource.organization !== '' && resource.organization !== home.name) return false
  const { project } = resource
  if (!project) return true
  return plans.some((plan) => plan === home && plan.name === project.organization)
}

function isWithin({ narrowing }: KeyPlan, question: NamedQuestion): boolean {
  const { actions, resources, projects, sourceCidrs } = narrowing
  if (actions.length > 0 && !someCovers(actions, question.action)) return false
  if (resources.length > 0 && !someCovers(resources, pathOf(question))) return false
  const project = question.resource?.project?.name
  if (projects.length > 0 && !(project !== undefined && projects.includes(project))) return false
  return sourceCidrs.length === 0 || isFrom(sourceCidrs, question.request?.ip ?? '')
}

function isFrom(cidrs: readonly string[], ip: string): boolean {
  if (ip === '') return false
  const ranges = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/')
    ranges.addSubnet(address, Number(prefix), familyOf(address))
  }
  return ranges.check(ip, familyOf(ip))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

function pathOf({ resource }: NamedQuestion): string {
  return [resource?.type, resource?.id].filter(Boolean).join('/')
}

function rulesFor({ document }: OrganizationPlan, { type, name }: BearerName) {
  const groups = document.groups.filter((group) =>
    type === 'user'
      ? group.users.some((email) => isSame(email, name))
      : group.applications.includes(name),
  )
  const groupNames = [`all_${type}s`, ...groups.map((group) => group.name)]
  return document.policies
    .filter(({ principal }) => {
      if (!principal) return false
      if (principal.type === 'group') return groupNames.includes(principal.name)
      if (principal.type !== type) return false
      return type === 'user' ? isSame(principal.name, name) : principal.name === name
    })
    .flatMap((policy) => policy.rules.map((rule) => ({ policy: policy.name, rule })))
}

function matches(home: OrganizationPlan, rule: RuleEntry, person: Person, asked: Asked): boolean {
  const { action, resource } = asked.question
  const sets = rule.permissionSets.flatMap((name) => {
    const own = home.document.permissionSets.find((set) => set.name === name)
    return own ?? findBuiltinPermissionSet(name) ?? []
  })
  const fitting = sets.filter((set) => {
    if (set.scopeType === 'organization') return rule.organization && !resource?.project
    if (!resource?.project) return false
    return rule.organization || rule.projects.includes(resource.project.name)
  })
  if (!fitting.some((set) => someCovers(set.permissions, action))) return false
  if (rule.resources.length > 0 && !someCovers(rule.resources, pathOf(asked.question))) return false
  return holds(rule, person, asked)
}

const compile = rememberConditions(compileCondition)

function holds({ condition, effect }: RuleEntry, person: Person, asked: Asked): boolean {
  if (condition === '') return true
  const compiled = compile(condition)
  if (!compiled.ok) throw new Error(`${condition}: ${compiled.problem.description}`)
  const outcome = compiled.condition.evaluate(inputOf(person, asked)).kind
  return outcome === 'true' || (outcome === 'error' && effect === 'deny')
}

function inputOf({ entry, type }: Person, { question, atMs }: Asked): ConditionInput {
  const { resource, request } = question
  return {
    request: {
      timeMs: atMs,
      ...(request?.ip && { ip: oneSpelling(request.ip) }),
      ...(request?.userAgent && { userAgent: request.userAgent }),
    },
    resource: {
      ...(resource?.type && { type: resource.type }),
      ...(resource?.id && { id: resource.id }),
      ...(resource?.name && { name: resource.name }),
      ...(resource?.locality && { locality: resource.locality }),
      ...(resource?.project && { projectId: 'some project' }),
      attributes: (resource?.attributes ?? {}) as Attributes,
    },
    principal: { id: 'some principal', type, attributes: entry.attributes, tags: entry.tags },
    context: (question.context ?? {}) as Attributes,
  }
}

function someCovers(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => covers(pattern, text))
}

/** Does the pattern match the text? By trying every way to share it out, hence for short texts. */
export function covers(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern.startsWith('*')) {
    return covers(pattern.slice(1), text) || (text !== '' && covers(pattern, text.slice(1)))
  }
  return text !== '' && pattern[0] === text[0] && covers(pattern.slice(1), text.slice(1))
}

/** By the platform's own idea of an address in a URL, and the mapped ones by theirs. */
function oneSpelling(ip: string): string {
  if (!ip.includes(':')) return ip
  const inUrl = new URL(`http://[${ip}]/`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(inUrl)
  if (!mapped) return inUrl
  const [high, low] = [mapped[1], mapped[2]].map((word) => Number.parseInt(word ?? '', 16))
  return [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.')
}
