import { DomainError } from '../domain/errors.js'
import { type OrganizationId, parseOptionalId } from '../domain/ids.js'
import { parseEmail, parseName } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import type { Tools } from './act.js'
import {
  type Founded,
  type Founding,
  foundedEntities,
  foundOrganization,
} from './found-organization.js'
import type { Store } from './ports.js'

export interface BootstrapInput {
  readonly organizationName: string
  readonly ownerEmail: string
  /** Empty: any. */
  readonly organizationId: string
}

export interface BootstrapDeps {
  readonly store: Store
  readonly tools: Tools
  now(): number
  /**
   * Called last before the commit, since nobody can show the owner's key again. Nothing is made
   * when it throws.
   */
  keep(founded: Founded): void
}

/**
 * Makes the server's first organization on an empty store; answers `undefined` when there is one.
 * Two servers that start together make one: the store lets only one organization be the first.
 */
export async function bootstrap(
  deps: BootstrapDeps,
  input: BootstrapInput,
): Promise<Founded | undefined> {
  const fields = parsed((v) => ({
    name: parseName(v, 'organization_name', input.organizationName),
    ownerEmail: parseEmail(v, 'owner_email', input.ownerEmail),
    id: parseOptionalId<OrganizationId>(v, 'organization_id', input.organizationId),
  }))
  try {
    return await makeFirst(deps, fields)
  } catch (error) {
    // Another server was faster: then there is one, and the next look finds it.
    if (!(error instanceof DomainError) || error.kind !== 'already-exists') throw error
    return makeFirst(deps, fields)
  }
}

async function makeFirst(
  { store, tools, now, keep }: BootstrapDeps,
  fields: Omit<Founding, 'root'>,
): Promise<Founded | undefined> {
  const { value } = await store.write(async (tx) => {
    if (await tx.organizations.findRoot()) return undefined
    const nowMs = now()
    const founded = await foundOrganization({ tx, tools, nowMs }, { ...fields, root: true })
    tx.record({
      organizationId: founded.organization.id,
      entities: foundedEntities(founded),
      audit: {
        atMs: nowMs,
        ip: '',
        userAgent: '',
        action: 'account:organization:create',
        resourceType: 'organization',
        resourceId: founded.organization.id,
        after: founded.organization,
      },
    })
    keep(founded)
    return founded
  })
  return value
}
