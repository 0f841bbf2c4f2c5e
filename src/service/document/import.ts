import type { OrganizationDocument } from '../../domain/document.js'
import { DomainError, type Violation } from '../../domain/errors.js'
import { ownOrganization, type WriteAct } from '../act.js'
import { located } from '../located.js'
import { Rollback } from '../rollback.js'
import { checkDocument } from './check.js'
import { Directory } from './directory.js'
import { takeInventory } from './inventory.js'
import { applyPermissionSet, applyPolicy } from './policies.js'
import { applyApplication, applyGroup, applyUser } from './principals.js'
import { applyOrganizationName, applyProject } from './projects.js'
import { prune } from './prune.js'
import type { DocumentChange } from './run.js'

export interface ImportInput {
  readonly organizationId: string
  readonly document: OrganizationDocument
  /** Removes what the document does not name. */
  readonly prune: boolean
}

/**
 * Makes the organization hold what the document says, by the very use cases that single calls run:
 * what the caller may not do call by call, it may not do by a document either.
 */
export async function importOrganization(
  act: WriteAct,
  input: ImportInput,
): Promise<readonly DocumentChange[]> {
  ownOrganization(act, input.organizationId)
  const { document } = input
  const directory = new Directory(await takeInventory(act))
  checkDocument(document, directory)
  const run = { act, directory, changes: [] as DocumentChange[] }
  await applyOrganizationName(run, document.name)
  await each('projects', document.projects, (entry) => applyProject(run, entry))
  await each('permission_sets', document.permissionSets, (entry) => applyPermissionSet(run, entry))
  await each('users', document.users, (entry) => applyUser(run, entry))
  await each('applications', document.applications, (entry) => applyApplication(run, entry))
  await each('groups', document.groups, (entry) => applyGroup(run, entry))
  await each('policies', document.policies, (entry) => applyPolicy(run, entry))
  if (input.prune) await prune(run, document)
  return run.changes
}

/**
 * A dry run is the real run, rolled back: what it says would happen is what would. `write` runs
 * one administrative write.
 */
export async function dryRunImport(
  write: (work: (act: WriteAct) => Promise<never>) => Promise<unknown>,
  input: ImportInput,
): Promise<readonly DocumentChange[]> {
  try {
    await write(async (act) => {
      throw new Rollback(await importOrganization(act, input))
    })
  } catch (error) {
    if (error instanceof Rollback) return error.answer
    throw error
  }
  throw new Error('a dry run always ends by rolling back')
}

/** One after another: later entries may name earlier ones, and an error names its entry. */
async function each<T>(
  field: string,
  entries: readonly T[],
  work: (entry: T) => Promise<void>,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    try {
      await work(entry)
    } catch (error) {
      throw located(error, `${field}[${index}]`, takenFields(error))
    }
  }
}

/** Ids are one space for all organizations: a document that came from another one meets them. */
function takenFields(error: unknown): readonly Violation[] {
  if (!(error instanceof DomainError)) return []
  const { kind, message, metadata } = error
  const { field } = metadata
  if (kind !== 'already-exists' || field === undefined) return []
  const description =
    field === 'id'
      ? 'is taken, perhaps by something in another organization or deleted: leave it out for a new one'
      : message
  return [{ field, reason: 'DUPLICATE', description }]
}
