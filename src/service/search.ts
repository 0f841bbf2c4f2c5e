import type { Application } from '../domain/application.js'
import type { Group } from '../domain/group.js'
import type { AuditEntryId, OrganizationId } from '../domain/ids.js'
import { parseId } from '../domain/ids.js'
import type { Policy } from '../domain/policy.js'
import type { Project } from '../domain/project.js'
import type { User } from '../domain/user.js'
import { parsed } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct } from './act.js'
import type { Permission } from './permissions.js'
import type {
  ActSearch,
  ApplicationSearch,
  Found,
  GroupSearch,
  LoggedAct,
  NamedOrder,
  PolicySearch,
  ProjectSearch,
  Slice,
  UserOrder,
  UserSearch,
} from './ports/search.js'
import { hasPermission, requirePermission, requireWithinKey } from './require.js'

/** What is looked for, and which part of what is found is wanted. */
export interface SearchInput<Search, Order extends string> {
  /** Empty: the caller's. */
  readonly organizationId: string
  readonly search: Search
  readonly slice: Slice<Order>
}

/** A user without the permission finds itself alone. */
export async function searchUsers(
  act: ReadAct,
  { organizationId, search, slice }: SearchInput<UserSearch, UserOrder>,
): Promise<Found<User>> {
  const { ref } = act.caller.standing.principal
  const isSelfOnly = ref.type === 'user' && !hasPermission(act, 'iam:user:list')
  if (isSelfOnly) requireWithinKey(act, 'iam:user:list')
  else requirePermission(act, 'iam:user:list')
  const of = ownOrganization(act, organizationId)
  if (!isSelfOnly) return act.tx.search.users(of, search, slice)
  const ids = search.ids ? search.ids.filter((id) => id === ref.id) : [ref.id]
  return act.tx.search.users(of, { ...search, ids }, slice)
}

export interface CountedApplication {
  readonly application: Application
  readonly keys: number
}

export async function searchApplications(
  act: ReadAct,
  input: SearchInput<ApplicationSearch, NamedOrder>,
): Promise<Found<CountedApplication>> {
  const of = searched(act, 'iam:application:list', input)
  const { items, total } = await act.tx.search.applications(of, input.search, input.slice)
  return { items: await countKeys(act, items), total }
}

export async function countKeys(
  act: ReadAct,
  applications: readonly Application[],
): Promise<CountedApplication[]> {
  const counts = await act.tx.search.countKeys(applications.map(({ id }) => id))
  return applications.map((application) => ({
    application,
    keys: counts.get(application.id) ?? 0,
  }))
}

export function searchGroups(
  act: ReadAct,
  input: SearchInput<GroupSearch, NamedOrder>,
): Promise<Found<Group>> {
  const of = searched(act, 'iam:group:list', input)
  return act.tx.search.groups(of, input.search, input.slice)
}

export function searchPolicies(
  act: ReadAct,
  input: SearchInput<PolicySearch, NamedOrder>,
): Promise<Found<Policy>> {
  const of = searched(act, 'iam:policy:list', input)
  return act.tx.search.policies(of, input.search, input.slice)
}

export function searchProjects(
  act: ReadAct,
  input: SearchInput<ProjectSearch, NamedOrder>,
): Promise<Found<Project>> {
  const of = searched(act, 'account:project:list', input)
  return act.tx.search.projects(of, input.search, input.slice)
}

/** What was done in the organization, and by whom. */
export function searchActs(
  act: ReadAct,
  input: SearchInput<ActSearch, 'created_at'>,
): Promise<Found<LoggedAct>> {
  const of = searched(act, 'iam:log:list', input)
  return act.tx.search.acts(of, input.search, input.slice)
}

export async function getAct(act: ReadAct, text: string): Promise<LoggedAct> {
  requirePermission(act, 'iam:log:read')
  const id = parsed((v) => parseId<AuditEntryId>(v, 'log_id', text))
  return own(act, await act.tx.search.findAct(id), { noun: 'log', id })
}

function searched(
  act: ReadAct,
  permission: Permission,
  { organizationId }: { readonly organizationId: string },
): OrganizationId {
  requirePermission(act, permission)
  return ownOrganization(act, organizationId)
}
