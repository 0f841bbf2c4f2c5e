import { implicitGroupNames } from '../group.js'
import {
  type ApplicationId,
  type GroupId,
  type Id,
  type OrganizationId,
  type ProjectId,
  parseId,
  type UserId,
} from '../ids.js'
import { defaultProjectId, defaultProjectName } from '../project.js'
import type { Validation } from '../validation.js'
import type { OrganizationPlan } from './plan.js'

/** What the names of one organization stand for. E-mail addresses are in lower case. */
export interface Names {
  readonly projects: ReadonlyMap<string, ProjectId>
  readonly users: ReadonlyMap<string, UserId>
  readonly applications: ReadonlyMap<string, ApplicationId>
  /** The implicit ones among them. */
  readonly groups: ReadonlyMap<string, GroupId>
}

export interface Naming {
  readonly plan: OrganizationPlan
  readonly organizationId: OrganizationId
  readonly newId: () => string
}

/** Reports names that stand for two things, and ids that are none. */
export function createNames(
  v: Validation,
  field: string,
  { plan, organizationId, newId }: Naming,
): Names {
  const { projects, users, applications, groups } = plan.document
  const defaults = new Map([[defaultProjectName, defaultProjectId(organizationId)]])
  const people = users.map(({ id, email }) => ({ id, name: email.toLowerCase() }))
  const implicit = [implicitGroupNames['all-users'], implicitGroupNames['all-applications']]
  const implicitIds = implicit.map(
    (name) => [name, parseId<GroupId>(v, `${field}.groups`, newId())] as const,
  )
  return {
    projects: idsOf(v, `${field}.projects`, { entries: projects, given: defaults, newId }),
    users: idsOf<UserId>(v, `${field}.users`, { entries: people, newId }),
    applications: idsOf(v, `${field}.applications`, { entries: applications, newId }),
    groups: idsOf(v, `${field}.groups`, { entries: groups, given: new Map(implicitIds), newId }),
  }
}

function idsOf<T extends Id<string>>(
  v: Validation,
  field: string,
  {
    entries,
    given,
    newId,
  }: {
    readonly entries: readonly { readonly id: string; readonly name: string }[]
    /** Those that are there whether the document names them or not. */
    readonly given?: ReadonlyMap<string, T>
    readonly newId: () => string
  },
): ReadonlyMap<string, T> {
  const ids = new Map(given)
  const seen = new Set<string>()
  entries.forEach(({ id, name }, index) => {
    const path = `${field}[${index}]`
    if (seen.has(name)) v.fail(path, 'DUPLICATE', `\`${name}\` stands here twice`)
    seen.add(name)
    if (!ids.has(name)) ids.set(name, parseId<T>(v, `${path}.id`, id || newId()))
  })
  return ids
}

/** The id behind a name; reports UNKNOWN and answers `undefined` when there is none. */
export function findNamed<T>(
  v: Validation,
  field: string,
  { ids, name }: { readonly ids: ReadonlyMap<string, T>; readonly name: string },
): T | undefined {
  const found = ids.get(name)
  if (found === undefined) v.fail(field, 'UNKNOWN', `there is no \`${name}\` in the organization`)
  return found
}

/** The ids behind some names, of those that there are; reports the others. */
export function findAllNamed<T>(
  v: Validation,
  field: string,
  { ids, names }: { readonly ids: ReadonlyMap<string, T>; readonly names: readonly string[] },
): T[] {
  return names.flatMap((name, index) => {
    const found = findNamed(v, `${field}[${index}]`, { ids, name })
    return found === undefined ? [] : [found]
  })
}
