import type {
  OrganizationDocument,
  PolicyEntry,
  PrincipalEntry,
  RuleEntry,
} from '../../domain/document.js'
import type { Policy, Rule } from '../../domain/policy.js'
import type { PolicyPrincipal } from '../../domain/principal.js'
import { ownOrganization, type ReadAct } from '../act.js'
import { Directory } from './directory.js'
import { takeInventory } from './inventory.js'

/** Keys and their hashes are never in a document. */
export async function exportOrganization(
  act: ReadAct,
  organizationId: string,
): Promise<OrganizationDocument> {
  const id = ownOrganization(act, organizationId)
  const inventory = await takeInventory(act)
  const organization = await act.tx.organizations.find(id)
  const directory = new Directory(inventory)
  return {
    name: organization?.name ?? '',
    projects: inventory.projects,
    users: inventory.users.map((user) => ({
      ...user,
      externalId: user.externalId ?? '',
      locked: user.status === 'locked',
    })),
    applications: inventory.applications.map((application) => ({
      ...application,
      externalId: application.externalId ?? '',
    })),
    groups: inventory.groups.map((group) => ({
      ...group,
      users: group.userIds.map((userId) => directory.nameOf(userId)).sort(),
      applications: group.applicationIds.map((each) => directory.nameOf(each)).sort(),
    })),
    permissionSets: inventory.permissionSets,
    policies: inventory.policies.map((policy) => toPolicyEntry(policy, directory)),
  }
}

export function toPolicyEntry(policy: Policy, directory: Directory): PolicyEntry {
  const { principal, ...rest } = policy
  return {
    ...rest,
    ...(principal && { principal: toPrincipalEntry(principal, directory) }),
    // A rule whose last project was deleted says nothing any more, and a document cannot say it.
    rules: policy.rules.filter(hasScope).map((rule) => toRuleEntry(rule, directory)),
  }
}

function hasScope({ scope }: Rule): boolean {
  return scope.kind === 'organization' || scope.projectIds.length > 0
}

function toPrincipalEntry({ type, id }: PolicyPrincipal, directory: Directory): PrincipalEntry {
  return { type, name: directory.nameOf(id) }
}

function toRuleEntry(rule: Rule, directory: Directory): RuleEntry {
  const { scope } = rule
  return {
    effect: rule.effect,
    permissionSets: rule.permissionSetNames,
    organization: scope.kind === 'organization',
    projects:
      scope.kind === 'projects' ? scope.projectIds.map((id) => directory.nameOf(id)).sort() : [],
    resources: rule.resources,
    condition: rule.condition,
  }
}
