import type { PermissionSetEntry, PolicyEntry, RuleEntry } from '../../domain/document.js'
import { failedPrecondition, notFound } from '../../domain/errors.js'
import type { Policy } from '../../domain/policy.js'
import { createPermissionSet, updatePermissionSet } from '../permission-sets.js'
import { createPolicy, type PolicyPrincipalInput, updatePolicy } from '../policies.js'
import type { RuleInput } from '../rule-parser.js'
import { setRules } from '../rules.js'
import type { Directory } from './directory.js'
import { toPolicyEntry } from './export.js'
import { type DocumentRun, differing, noteCreated, noteUpdated } from './run.js'

export async function applyPermissionSet(
  run: DocumentRun,
  entry: PermissionSetEntry,
): Promise<void> {
  const { act, directory } = run
  const { name, description, permissions } = entry
  const current = directory.permissionSets.find(name)
  if (!current) {
    directory.permissionSets.add(await createPermissionSet(act, { ...entry, organizationId: '' }))
    noteCreated(run, 'permission_set', name)
    return
  }
  if (current.scopeType !== entry.scopeType) {
    throw failedPrecondition('TYPE_DIFFERS', `scope_type: it is ${current.scopeType} here`)
  }
  const mask = differing({ description, permissions }, current)
  if (mask.length === 0) return
  await updatePermissionSet(act, { ...entry, organizationId: '', etag: '', mask })
  noteUpdated(run, 'permission_set', { name, fields: mask })
}

export async function applyPolicy(run: DocumentRun, entry: PolicyEntry): Promise<void> {
  const { act, directory } = run
  const principal = principalIds(directory, entry)
  const rules = entry.rules.map((rule) => toRuleInput(directory, rule))
  const current = directory.policies.find(entry.name)
  if (!current) {
    const input = { ...entry, ...principal, organizationId: '', policyId: entry.id, rules }
    directory.policies.add(await createPolicy(act, input))
    noteCreated(run, 'policy', entry.name)
    return
  }
  const fields = differingFields(directory, entry, current)
  if (fields.length === 0) return
  const mask = fields.filter((field) => field !== 'rules')
  if (fields.includes('rules')) await setRules(act, { policyId: current.id, etag: '', rules })
  if (mask.length > 0) {
    await updatePolicy(act, { ...entry, ...principal, id: current.id, etag: '', mask })
  }
  noteUpdated(run, 'policy', { name: entry.name, fields })
}

function differingFields(directory: Directory, entry: PolicyEntry, current: Policy): string[] {
  const there = toPolicyEntry(current, directory)
  return differing(comparable(entry), comparable(there))
}

function comparable({ description, tags, principal, rules }: PolicyEntry) {
  return {
    description,
    tags,
    principal: principal ?? null,
    rules: rules.map((rule) => ({ ...rule, projects: [...rule.projects].sort() })),
  }
}

function principalIds(directory: Directory, { principal }: PolicyEntry): PolicyPrincipalInput {
  const ids = { userId: '', groupId: '', applicationId: '' }
  if (!principal) return ids
  const { type, name } = principal
  switch (type) {
    case 'user':
      return { ...ids, userId: required(directory.users.find(name.toLowerCase()), name) }
    case 'group':
      return { ...ids, groupId: required(directory.groups.find(name), name) }
    case 'application':
      return { ...ids, applicationId: required(directory.applications.find(name), name) }
    default:
      return type satisfies never
  }
}

function toRuleInput(directory: Directory, rule: RuleEntry): RuleInput {
  return {
    effect: rule.effect,
    permissionSetNames: rule.permissionSets,
    scope: rule.organization
      ? { kind: 'organization' }
      : {
          kind: 'projects',
          projectIds: rule.projects.map((name) => required(directory.projects.find(name), name)),
        },
    resources: rule.resources,
    condition: rule.condition,
  }
}

function required(found: { readonly id: string } | undefined, name: string): string {
  if (!found) throw notFound('document entry', name)
  return found.id
}
