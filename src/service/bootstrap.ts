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
import type { Store } from './ports/store.js'

export interface BootstrapInput {
  readonly organizationName: string
  readonly ownerEmail: string
  /** Empty: any. */
  readonly organizationId: string
}

/** Where the owner's first key is kept until its owner can see it: nobody can show it again. */
export interface OwnerKeyKeeper {
  /** The secret that an earlier start kept, and did not live to show. */
  kept(): string | undefined
  /**
   * Called last before the commit; nothing is made when it throws. `already-exists` says that
   * another start keeps a key: it is found by the next look.
   */
  keep(secret: string): void
  /** The kept key's organization is committed. */
  show(): void
  /** What this start kept itself opens nothing, since another server was faster. */
  drop(): void
}

export interface BootstrapDeps {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly tools: Tools
  readonly keeper: OwnerKeyKeeper
  now(): number
}

/**
 * Makes the server's first organization on an empty store; answers `undefined` when there is one.
 * Two servers that start together make one: the store lets only one organization be the first. A
 * start that was killed is gone on with: the key that it kept is the one that is used.
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
  const founded = await makeOnce(deps, fields)
  if (founded || (await isKeptKeyKnown(deps))) deps.keeper.show()
  else deps.keeper.drop()
  return founded
}

const triesMax = 3

async function makeOnce(
  deps: BootstrapDeps,
  fields: Omit<Founding, 'root'>,
): Promise<Founded | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await makeFirst(deps, fields)
    } catch (error) {
      // Another server was faster: then there is one, and the next look finds it.
      const isRace = error instanceof DomainError && error.kind === 'already-exists'
      if (!isRace || tries === triesMax) throw error
    }
  }
}

async function makeFirst(
  { store, tools, now, keeper }: BootstrapDeps,
  fields: Omit<Founding, 'root'>,
): Promise<Founded | undefined> {
  const { value } = await store.write(async (tx) => {
    if (await tx.organizations.findRoot()) return undefined
    const nowMs = now()
    const ownerSecret = keeper.kept()
    const founding = { ...fields, root: true, ...(ownerSecret !== undefined && { ownerSecret }) }
    const founded = await foundOrganization({ tx, tools, nowMs }, founding)
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
    keeper.keep(founded.ownerKey.secret)
    return founded
  })
  return value
}

async function isKeptKeyKnown({ store, tools, keeper }: BootstrapDeps): Promise<boolean> {
  const secret = keeper.kept()
  if (secret === undefined) return false
  const hash = tools.hashSecret(secret)
  return (await store.read((tx) => tx.decisions.findCredential(hash))).value !== undefined
}
