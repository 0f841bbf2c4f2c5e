import { alreadyExists, failedPrecondition, notFound } from '../domain/errors.js'
import type { PermissionSetId } from '../domain/ids.js'
import { parsePattern } from '../domain/pattern.js'
import type {
  CustomPermissionSet,
  PermissionSet,
  PermissionSetScopeType,
} from '../domain/permission-set.js'
import type { Policy } from '../domain/policy.js'
import { parseDescription, parseName } from '../domain/text.js'
import { parsed, type Validation } from '../domain/validation.js'
import { ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { gained, requireGrants } from './grants.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { type Page, type PageInput, readPage } from './page.js'
import { requirePermission } from './require.js'
import { reachOfRule } from './rule-reach.js'

export interface NewPermissionSet {
  readonly organizationId: string
  readonly name: string
  readonly scopeType: PermissionSetScopeType | undefined
  readonly description: string
  readonly permissions: readonly string[]
}

const permissionsMax = 500

export async function createPermissionSet(
  act: WriteAct,
  input: NewPermissionSet,
): Promise<CustomPermissionSet> {
  requirePermission(act, 'iam:permission-set:create')
  const organizationId = ownOrganization(act, input.organizationId)
  const fields = parsed((v) => ({
    name: parseName(v, 'name', input.name),
    scopeType: parseScopeType(v, 'scope_type', input.scopeType),
    description: parseDescription(v, 'description', input.description),
    permissions: parsePermissions(v, 'permissions', input.permissions),
  }))
  if (act.tools.findBuiltin(fields.name)) {
    throw alreadyExists('permission_set', fields.name, {
      field: 'name',
      message: `\`${fields.name}\` is built in`,
    })
  }
  const set: CustomPermissionSet = {
    ...fields,
    id: act.tools.newId() as PermissionSetId,
    organizationId,
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  await act.tx.permissionSets.insert(set)
  recordSet(act, 'create', { set, using: [], after: set })
  return set
}

export type ListedPermissionSet = PermissionSet | CustomPermissionSet

export async function getPermissionSet(
  act: ReadAct,
  input: { readonly organizationId: string; readonly name: string },
): Promise<ListedPermissionSet> {
  const builtin = act.tools.findBuiltin(input.name)
  if (builtin) return builtin
  requirePermission(act, 'iam:permission-set:read')
  ownOrganization(act, input.organizationId)
  return findOwnSet(act, 'name', input.name)
}

export async function listPermissionSets(
  act: ReadAct,
  input: PageInput & { readonly organizationId: string },
): Promise<Page<ListedPermissionSet>> {
  requirePermission(act, 'iam:permission-set:list')
  const organizationId = ownOrganization(act, input.organizationId)
  return readPage(input, ['permission-sets', organizationId], {
    read: async ({ size, after }) => {
      const custom = await act.tx.permissionSets.list(organizationId)
      return [...act.tools.builtinPermissionSets, ...custom]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .filter((set) => after === undefined || set.name > after.id)
        .slice(0, size)
    },
    position: (set) => ({ createdAtMs: 0, id: set.name }),
  })
}

export interface PermissionSetUpdate {
  readonly organizationId: string
  readonly name: string
  readonly etag: string
  readonly description: string
  readonly permissions: readonly string[]
  readonly mask: readonly string[]
}

export async function updatePermissionSet(
  act: WriteAct,
  input: PermissionSetUpdate,
): Promise<CustomPermissionSet> {
  requirePermission(act, 'iam:permission-set:write')
  const mask = parseMask(input.mask, {
    mutable: ['description', 'permissions'],
    immutable: ['name', 'organization_id', 'scope_type', 'create_time'],
  })
  ownOrganization(act, input.organizationId)
  const before = await findOwnSet(act, 'permission_set.name', input.name)
  checkEtag('permission_set', { ...before, id: before.name }, input.etag)
  const after: CustomPermissionSet = {
    ...before,
    ...parsed((v) => ({
      description: mask.has('description')
        ? parseDescription(v, 'permission_set.description', input.description)
        : before.description,
      permissions: mask.has('permissions')
        ? parsePermissions(v, 'permission_set.permissions', input.permissions)
        : before.permissions,
    })),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  const using = await act.tx.permissionSets.policiesUsing(before.id)
  requireSetGrants(act, using, { before, after })
  await act.tx.permissionSets.update(after)
  recordSet(act, 'write', { set: after, using, before, after })
  await protectIamPath(act)
  return after
}

/** Changing what a set means changes every attached rule that names it. */
function requireSetGrants(
  act: WriteAct,
  using: readonly Policy[],
  change: { readonly before: CustomPermissionSet; readonly after: CustomPermissionSet },
): void {
  const rules = using
    .filter((policy) => policy.principal)
    .flatMap((policy) => policy.rules)
    .filter((rule) => rule.permissionSetNames.includes(change.before.name))
  const reaches = (set: CustomPermissionSet) =>
    rules.map((rule) => reachOfRule(rule, set.permissions))
  requireGrants(act, gained({ before: reaches(change.before), after: reaches(change.after) }))
}

export async function deletePermissionSet(
  act: WriteAct,
  input: { readonly organizationId: string; readonly name: string; readonly etag: string },
): Promise<void> {
  requirePermission(act, 'iam:permission-set:delete')
  ownOrganization(act, input.organizationId)
  const set = await findOwnSet(act, 'name', input.name)
  checkEtag('permission_set', { ...set, id: set.name }, input.etag)
  const [user] = await act.tx.permissionSets.policiesUsing(set.id)
  if (user) {
    throw failedPrecondition('IN_USE', `policy \`${user.name}\` still uses \`${set.name}\``)
  }
  await act.tx.permissionSets.delete(set.id)
  recordSet(act, 'delete', { set, using: [], before: set })
}

async function findOwnSet(act: ReadAct, field: string, text: string): Promise<CustomPermissionSet> {
  const name = parsed((v) => parseName(v, field, text))
  if (act.tools.findBuiltin(name)) {
    throw failedPrecondition('BUILT_IN', `\`${name}\` is built in and cannot change`)
  }
  const set = await act.tx.permissionSets.find(act.caller.organizationId, name)
  if (!set) throw notFound('permission_set', name)
  return set
}

function parseScopeType(
  v: Validation,
  field: string,
  scopeType: PermissionSetScopeType | undefined,
): PermissionSetScopeType {
  if (!scopeType) v.fail(field, 'REQUIRED', 'must be projects or organization')
  return scopeType ?? 'projects'
}

function parsePermissions(v: Validation, field: string, patterns: readonly string[]): string[] {
  if (patterns.length === 0) v.fail(field, 'REQUIRED', 'must hold at least one pattern')
  if (patterns.length > permissionsMax) {
    v.fail(field, 'TOO_MANY', `must hold at most ${permissionsMax} patterns`)
  }
  return patterns.map((pattern, index) => parsePattern(v, `${field}[${index}]`, pattern))
}

function recordSet(
  act: WriteAct,
  verb: string,
  change: {
    readonly set: CustomPermissionSet
    readonly using: readonly Policy[]
    readonly before?: CustomPermissionSet
    readonly after?: CustomPermissionSet
  },
): void {
  const { set, using, ...states } = change
  record(act, {
    action: `iam:permission-set:${verb}`,
    resourceType: 'permission_set',
    resourceId: set.id,
    entities: using.map(({ id }) => ({ kind: 'policy', id })),
    ...states,
  })
}
