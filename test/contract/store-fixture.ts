import { randomBytes, randomUUID } from 'node:crypto'
import type { ApiKey } from '../../src/domain/api-key.js'
import type { Application } from '../../src/domain/application.js'
import type { CompileCondition } from '../../src/domain/condition/condition.js'
import type { EntityRef } from '../../src/domain/entity.js'
import type { Group } from '../../src/domain/group.js'
import type { Id, OrganizationId } from '../../src/domain/ids.js'
import type { Organization } from '../../src/domain/organization.js'
import type { CustomPermissionSet } from '../../src/domain/permission-set.js'
import type { Policy, Rule } from '../../src/domain/policy.js'
import type { PrincipalRef } from '../../src/domain/principal.js'
import { defaultProjectId, type Project } from '../../src/domain/project.js'
import type { RegisteredResource } from '../../src/domain/registered-resource.js'
import type { User } from '../../src/domain/user.js'
import type { Change } from '../../src/service/ports/change-log.js'
import type { Stamped, Store, WriteTransaction } from '../../src/service/ports/store.js'
import type { StoreUpkeep } from '../../src/service/ports/upkeep.js'

/** A store under test, and a way past it to what it wrote. */
export interface OpenedStore {
  readonly store: Store & StoreUpkeep
  /** Runs SQL on the database itself. */
  query(statement: string): Promise<readonly unknown[]>
}

export const nowMs = 1_700_000_000_000

const builtin = {
  name: 'ComputeReadOnly',
  scopeType: 'projects',
  description: '',
  permissions: ['compute:*:read'],
} as const

/** Knows one condition, `true`, and refuses every other. */
const compileCondition: CompileCondition = (source) =>
  source === 'true'
    ? { ok: true, condition: { source, evaluate: () => ({ kind: 'true' }) } }
    : { ok: false, problem: { reason: 'SYNTAX', description: 'only `true` is known' } }

export const deps = {
  findBuiltin: (name: string) => (name === builtin.name ? builtin : undefined),
  compileCondition,
  randomBytes: (count: number) => randomBytes(count),
  monotonicMs: () => performance.now(),
  nextTurn: () => new Promise<void>((resolve) => void setImmediate(resolve)),
  now: () => nowMs,
}

/** What PostgreSQL needs besides. Nothing runs by itself: a test turns the handles. */
export const postgresDeps = {
  ...deps,
  feedTimeoutMs: 1_000,
  lease: 'auto' as const,
  random: () => 0.5,
  schedule: () => () => undefined,
}

export function newId<T extends Id<string>>(): T {
  return randomUUID() as string as T
}

const stamps = { createdAtMs: nowMs, updatedAtMs: nowMs, version: 1 }

export function change(organizationId: OrganizationId, ...entities: EntityRef[]): Change {
  return {
    organizationId,
    entities,
    audit: {
      atMs: nowMs,
      ip: '192.0.2.1',
      userAgent: 'vitest',
      action: 'iam:user:create',
      resourceType: 'user',
      resourceId: organizationId,
    },
  }
}

/** One recorded write. */
export function save<T>(
  store: Store,
  organizationId: OrganizationId,
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<Stamped<T>> {
  return store.write(async (tx) => {
    tx.record(change(organizationId))
    return work(tx)
  })
}

export interface NewOrganization {
  readonly id: OrganizationId
  readonly organization: Organization
  readonly allUsers: Group
  readonly allApplications: Group
}

/** An organization with its default project and implicit groups, stored. */
export async function founded(store: Store): Promise<NewOrganization> {
  const id = newId<OrganizationId>()
  const organization: Organization = { id, name: 'Acme', root: false, ...stamps }
  const allUsers = aGroup(id, { kind: 'all-users', name: 'all_users' })
  const allApplications = aGroup(id, { kind: 'all-applications', name: 'all_applications' })
  await save(store, id, async (tx) => {
    await tx.organizations.insert(organization)
    await tx.projects.insert(aProject(id, { id: defaultProjectId(id), name: 'default' }))
    await tx.groups.insert(allUsers)
    await tx.groups.insert(allApplications)
  })
  return { id, organization, allUsers, allApplications }
}

export function aProject(organizationId: OrganizationId, over: Partial<Project> = {}): Project {
  const name = randomUUID()
  return { id: newId(), organizationId, name, description: 'things', ...stamps, ...over }
}

export function aResource(
  organizationId: OrganizationId,
  over: Partial<RegisteredResource> = {},
): RegisteredResource {
  const texts = { type: 'server', name: 'Web', locality: 'par-1' }
  return { id: randomUUID(), organizationId, ...texts, attributes: {}, ...stamps, ...over }
}

/** A guest who has not accepted: the one user that needs no account. */
export function aUser(organizationId: OrganizationId, over: Partial<User> = {}): User {
  return {
    id: newId(),
    organizationId,
    type: 'guest',
    status: 'pending',
    email: `${randomUUID()}@example.com`,
    displayName: 'Ada',
    tags: ['a', 'b'],
    attributes: { level: 3, teams: ['x'], nested: { deep: null } },
    ...stamps,
    ...over,
  }
}

export function anApplication(
  organizationId: OrganizationId,
  over: Partial<Application> = {},
): Application {
  const texts = { name: 'ci', description: '' }
  return { id: newId(), organizationId, ...texts, tags: [], attributes: {}, ...stamps, ...over }
}

export function aGroup(organizationId: OrganizationId, over: Partial<Group> = {}): Group {
  return {
    id: newId(),
    organizationId,
    kind: 'regular',
    name: randomUUID(),
    description: '',
    tags: [],
    userIds: [],
    applicationIds: [],
    ...stamps,
    ...over,
  }
}

export function aSet(
  organizationId: OrganizationId,
  over: Partial<CustomPermissionSet> = {},
): CustomPermissionSet {
  return {
    id: newId(),
    organizationId,
    name: randomUUID(),
    scopeType: 'projects',
    description: '',
    permissions: ['storage:*'],
    ...stamps,
    ...over,
  }
}

export function aRule(over: Partial<Rule> = {}): Rule {
  return {
    id: newId(),
    effect: 'allow',
    permissionSetNames: [builtin.name],
    scopeType: 'projects',
    scope: { kind: 'organization' },
    resources: [],
    condition: '',
    ...over,
  }
}

export function aPolicy(organizationId: OrganizationId, over: Partial<Policy> = {}): Policy {
  const texts = { name: 'readers', description: '' }
  return { id: newId(), organizationId, ...texts, tags: [], rules: [], ...stamps, ...over }
}

export function aKey(
  organizationId: OrganizationId,
  bearer: PrincipalRef,
  over: Partial<ApiKey> = {},
): ApiKey {
  return {
    id: newId(),
    organizationId,
    bearer,
    description: '',
    defaultProjectId: defaultProjectId(organizationId),
    narrowing: {},
    ...stamps,
    ...over,
  }
}
