import type { Application } from '../../domain/application.js'
import type { Group } from '../../domain/group.js'
import type { CustomPermissionSet } from '../../domain/permission-set.js'
import type { Policy } from '../../domain/policy.js'
import type { Project } from '../../domain/project.js'
import type { User } from '../../domain/user.js'
import { ByName, type Inventory } from './inventory.js'

/** An organization's things by the names that documents use; grows as an import makes more. */
export class Directory {
  readonly projects: ByName<Project>
  readonly users: ByName<User>
  readonly applications: ByName<Application>
  readonly groups: ByName<Group>
  readonly permissionSets: ByName<CustomPermissionSet>
  readonly policies: ByName<Policy>
  readonly #nameOf = new Map<string, string>()

  constructor(inventory: Inventory) {
    const groups = [...inventory.groups, ...inventory.implicitGroups]
    this.projects = this.#index('project', inventory.projects, (project) => project.name)
    this.users = this.#index('user', inventory.users, (user) => user.email)
    this.applications = this.#index('application', inventory.applications, (app) => app.name)
    this.groups = this.#index('group', groups, (group) => group.name)
    this.permissionSets = this.#index('permission set', inventory.permissionSets, (s) => s.name)
    this.policies = this.#index('policy', inventory.policies, (policy) => policy.name)
  }

  /** What a document calls the thing with this id. */
  nameOf(id: string): string {
    return this.#nameOf.get(id) ?? id
  }

  #index<T extends { readonly id: string }>(
    noun: string,
    things: readonly T[],
    name: (thing: T) => string,
  ): ByName<T> {
    const onAdd = (thing: T) => this.#nameOf.set(thing.id, name(thing))
    return new ByName(noun, { things, name, onAdd })
  }
}
