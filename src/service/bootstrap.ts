import { type OrganizationId, parseOptionalId } from '../domain/ids.js'
import { parseEmail, parseName } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import type { Tools } from './act.js'
import { type Founded, foundedEntities, foundOrganization } from './found-organization.js'
import type { Store } from './ports.js'

export interface BootstrapInput {
  readonly organizationName: string
  readonly ownerEmail: string
  /** Empty: any. */
  readonly organizationId: string
}

/**
 * Makes the server's first organization on an empty store; answers `undefined` when there is one.
 * Two servers that start together make one: the store lets only one organization be the first.
 */
export async function bootstrap(
  { store, tools, now }: { store: Store; tools: Tools; now(): number },
  input: BootstrapInput,
): Promise<Founded | undefined> {
  const fields = parsed((v) => ({
    name: parseName(v, 'organization_name', input.organizationName),
    ownerEmail: parseEmail(v, 'owner_email', input.ownerEmail),
    id: parseOptionalId<OrganizationId>(v, 'organization_id', input.organizationId),
  }))
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
    return founded
  })
  return value
}
