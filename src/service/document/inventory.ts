import type { Application } from '../../domain/application.js'
import { failedPrecondition } from '../../domain/errors.js'
import type { Group } from '../../domain/group.js'
import type { CustomPermissionSet } from '../../domain/permission-set.js'
import type { Policy } from '../../domain/policy.js'
import type { Project } from '../../domain/project.js'
import type { User } from '../../domain/user.js'
import type { ReadAct } from '../act.js'
import { byCreation, readAll } from '../page.js'
import type { Permission } from '../permissions.js'
import { requirePermission } from '../require.js'

/** Everything that a document of an organization speaks of, in order of creation. */
export interface Inventory {
  readonly projects: readonly Project[]
  readonly users: readonly User[]
  readonly applications: readonly Application[]
  /** Without the implicit ones. */
  readonly groups: readonly Group[]
  readonly implicitGroups: readonly Group[]
  readonly permissionSets: readonly CustomPermissionSet[]
  readonly policies: readonly Policy[]
}

const needed: readonly Permission[] = [
  'account:organization:read',
  'account:project:list',
  'iam:user:list',
  'iam:application:list',
  'iam:group:list',
  'iam:permission-set:list',
  'iam:policy:list',
]

/** Needs the permission to list each noun. */
export async function takeInventory(act: ReadAct): Promise<Inventory> {
  for (const permission of needed) requirePermission(act, permission)
  const { tx } = act
  const id = act.caller.organizationId
  const groups = await readAll((page) => tx.groups.list(id, {}, page), byCreation)
  return {
    projects: await readAll((page) => tx.projects.list(id, page), byCreation),
    users: await readAll((page) => tx.users.list(id, {}, page), byCreation),
    applications: await readAll((page) => tx.applications.list(id, {}, page), byCreation),
    groups: groups.filter((group) => group.kind === 'regular'),
    implicitGroups: groups.filter((group) => group.kind !== 'regular'),
    permissionSets: await tx.permissionSets.list(id),
    policies: await readAll((page) => tx.policies.list(id, {}, page), byCreation),
  }
}

/**
 * Things by name. Names of applications and policies need not be unique: looking one up that is
 * not throws `failed-precondition`.
 */
export class ByName<T> {
  readonly #things = new Map<string, T[]>()
  readonly #noun: string
  readonly #name: (thing: T) => string
  readonly #onAdd: (thing: T) => void

  constructor(
    noun: string,
    parts: {
      readonly things: readonly T[]
      readonly name: (thing: T) => string
      readonly onAdd: (thing: T) => void
    },
  ) {
    this.#noun = noun
    this.#name = parts.name
    this.#onAdd = parts.onAdd
    for (const thing of parts.things) this.add(thing)
  }

  add(thing: T): void {
    const name = this.#name(thing)
    this.#things.set(name, [...(this.#things.get(name) ?? []), thing])
    this.#onAdd(thing)
  }

  has(name: string): boolean {
    return this.#things.has(name)
  }

  find(name: string): T | undefined {
    const found = this.#things.get(name) ?? []
    if (found.length < 2) return found[0]
    throw failedPrecondition(
      'AMBIGUOUS_NAME',
      `there are ${found.length} things of kind ${this.#noun} named \`${name}\`: a document cannot tell them apart`,
    )
  }
}
