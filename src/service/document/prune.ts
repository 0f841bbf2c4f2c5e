import type { OrganizationDocument } from '../../domain/document.js'
import { defaultProjectId } from '../../domain/project.js'
import { deleteApplication } from '../applications.js'
import { deleteGroup } from '../groups.js'
import { deletePermissionSet } from '../permission-sets.js'
import { deletePolicy } from '../policies.js'
import { deleteProject } from '../projects.js'
import { deleteUser } from '../users.js'
import { takeInventory } from './inventory.js'
import type { DocumentNoun, DocumentRun } from './run.js'

/** Removes what the document does not name, users before what they use. The owner stays. */
export async function prune(run: DocumentRun, document: OrganizationDocument): Promise<void> {
  const { act } = run
  const there = await takeInventory(act)
  const etag = ''
  const remove = async <T>(noun: DocumentNoun, part: Surplus<T>) => {
    for (const thing of part.things.filter((each) => !part.kept.includes(part.name(each)))) {
      await part.delete(thing)
      run.changes.push({ kind: 'delete', noun, name: part.name(thing), fields: [] })
    }
  }
  await remove('policy', {
    things: there.policies,
    kept: document.policies.map((entry) => entry.name),
    name: (policy) => policy.name,
    delete: ({ id }) => deletePolicy(act, { policyId: id, etag }),
  })
  await remove('group', {
    things: there.groups,
    kept: document.groups.map((entry) => entry.name),
    name: (group) => group.name,
    delete: ({ id }) => deleteGroup(act, { groupId: id, etag }),
  })
  await remove('permission_set', {
    things: there.permissionSets,
    kept: document.permissionSets.map((entry) => entry.name),
    name: (set) => set.name,
    delete: ({ name }) => deletePermissionSet(act, { organizationId: '', name, etag }),
  })
  await remove('application', {
    things: there.applications,
    kept: document.applications.map((entry) => entry.name),
    name: (application) => application.name,
    delete: ({ id }) => deleteApplication(act, { applicationId: id, etag }),
  })
  await remove('user', {
    things: there.users.filter((user) => user.type !== 'owner'),
    kept: document.users.map((entry) => entry.email.toLowerCase()),
    name: (user) => user.email,
    delete: ({ id }) => deleteUser(act, { userId: id, etag }),
  })
  await remove('project', {
    things: there.projects.filter(({ id }) => id !== defaultProjectId(act.caller.organizationId)),
    kept: document.projects.map((entry) => entry.name),
    name: (project) => project.name,
    delete: ({ id }) => deleteProject(act, { projectId: id, etag }),
  })
}

interface Surplus<T> {
  readonly things: readonly T[]
  readonly kept: readonly string[]
  name(thing: T): string
  delete(thing: T): Promise<void>
}
