import type { CorpusCase, IdFinder } from '../../src/domain/corpus.js'
import type { UserEntry } from '../../src/domain/document.js'
import type { OrganizationId, ProjectId } from '../../src/domain/ids.js'
import type { BearerName, KeyPlan, OrganizationPlan } from '../../src/domain/world/plan.js'
import { toDocument } from '../../src/grpc/document.js'
import { KeyNarrowing } from '../../src/grpc/gen/postern/v1/api_key.js'
import type { OrganizationDocument } from '../../src/grpc/gen/postern/v1/document.js'
import type { Api } from './api.js'
import type { TestSystem } from './system.js'

/** The organizations of a corpus, alive on a server. */
export interface Settled extends IdFinder {
  /** As the owner of the organization of the key, or else of the case. */
  administrator(asked: CorpusCase): Api
  /** The key of that owner. */
  administratorKey(asked: CorpusCase): string
  /** As the owner of the organization. */
  ownerOf(organization: string): Api
  /** `undefined` for a key of a guest who has not accepted: on a server there is none. */
  secretOf(keyName: string): string | undefined
  /** A stranger's id for one whom the organization does not know. */
  principalOf(organization: string, bearer: BearerName): Bearer
  bearerOf(keyName: string): Bearer
  /** A key that narrows nothing; `undefined` for one whom nobody made, or who has not accepted. */
  plainKeyOf(organization: string, bearer: BearerName): string | undefined
}

export type Bearer =
  | { readonly $case: 'userId'; readonly value: string }
  | { readonly $case: 'applicationId'; readonly value: string }

interface Home {
  readonly plan: OrganizationPlan
  readonly id: string
  readonly api: Api
  readonly ownerKey: string
  /** The first key of each user that has one, by e-mail address. */
  readonly firstKeys: Map<string, string>
  /** Of each application, by name. */
  readonly applicationKeys: Map<string, string>
  readonly bearers: Map<string, Bearer>
  readonly projects: Map<string, string>
}

export interface SettleOptions {
  /** What is imported for a plan; the plan's own document, if absent. */
  documentOf?(plan: OrganizationPlan): Omit<OrganizationDocument, 'name'>
  /** Tells the owners of these plans from those of others on the same server. */
  readonly tag?: string
}

function documentIn({ document }: OrganizationPlan): Omit<OrganizationDocument, 'name'> {
  return toDocument({ ...document, name: '' })
}

/**
 * Makes the organizations as administrators and people would: by import, enrollment, invitation
 * and acceptance. Everything is made long before the instants that the cases ask at.
 */
export async function settle(
  system: TestSystem,
  plans: readonly OrganizationPlan[],
  options: SettleOptions = {},
): Promise<Settled> {
  system.clock.nowMs = Date.parse('2000-01-01T00:00:00Z')
  const homes = new Map<string, Home>()
  for (const plan of plans) homes.set(plan.name, await makeHome(system, plan, options))
  for (const home of homes.values()) await enrolMembers(system, home)
  for (const home of homes.values()) await admitGuests(system, home, [...homes.values()])
  const secrets = new Map<string, string>()
  for (const home of homes.values()) {
    for (const key of home.plan.keys) {
      if (isPending(home, key.bearer.name)) continue
      secrets.set(key.name, await makeKey(system, home, key))
    }
  }
  const homeOfKey = (name: string) =>
    [...homes.values()].find(({ plan }) => plan.keys.some((key) => key.name === name))
  for (const home of homes.values()) await makeApplicationKeys(home)
  for (const home of homes.values()) await lockMembers(home)
  const administrated = ({ organization, asker }: CorpusCase) =>
    known(asker.kind === 'key' ? homeOfKey(asker.name) : homes.get(organization), organization)
  return {
    findOrganizationId: (name) => homes.get(name)?.id as OrganizationId | undefined,
    findProjectId: (name, project) =>
      homes.get(name)?.projects.get(project) as ProjectId | undefined,
    ownerOf: (name) => known(homes.get(name), name).api,
    administrator: (asked) => administrated(asked).api,
    administratorKey: (asked) => administrated(asked).ownerKey,
    secretOf: (name) => secrets.get(name),
    plainKeyOf: (organization, { type, name }) => {
      const home = homes.get(organization)
      return type === 'user'
        ? home?.firstKeys.get(name.toLowerCase())
        : home?.applicationKeys.get(name)
    },
    principalOf: (organization, bearer) =>
      homes.get(organization)?.bearers.get(bearerKey(bearer)) ?? stranger(bearer),
    bearerOf: (name) => {
      const home = known(homeOfKey(name), name)
      const key = known(
        home.plan.keys.find((each) => each.name === name),
        name,
      )
      return known(home.bearers.get(bearerKey(key.bearer)), name)
    },
  }
}

async function makeHome(
  system: TestSystem,
  plan: OrganizationPlan,
  { documentOf = documentIn, tag = '' }: SettleOptions,
): Promise<Home> {
  const { document } = plan
  const owner = document.users.find((user) => user.type === 'owner')
  const ownerEmail = owner?.email ?? `owner@${tag}${plan.name.toLowerCase()}.test`
  const made = await system.owner.organizations.createOrganization({ name: plan.name, ownerEmail })
  const api = system.as(made.ownerApiKey)
  const wire = documentOf(plan)
  // Members lock themselves out only once they have their keys.
  const users = wire.users.map((user) => ({ ...user, locked: false }))
  await api.documents.importOrganization({ document: { ...wire, name: '', users } })
  const firstKeys = new Map([[ownerEmail.toLowerCase(), made.ownerApiKey]])
  const id = made.organization?.id ?? ''
  const ownerKey = made.ownerApiKey
  const applicationKeys = new Map<string, string>()
  return { plan, id, api, ownerKey, firstKeys, applicationKeys, ...(await directoryOf(api)) }
}

async function directoryOf(api: Api): Promise<Pick<Home, 'bearers' | 'projects'>> {
  const { users } = await api.users.listUsers({ pageSize: 100 })
  const { applications } = await api.applications.listApplications({ pageSize: 100 })
  const { projects } = await api.projects.listProjects({ pageSize: 100 })
  const bearers = new Map<string, Bearer>()
  for (const { email, id } of users) bearers.set(`user ${email}`, { $case: 'userId', value: id })
  for (const { name, id } of applications) {
    bearers.set(`application ${name}`, { $case: 'applicationId', value: id })
  }
  return { bearers, projects: new Map(projects.map(({ name, id }) => [name, id])) }
}

async function enrolMembers(system: TestSystem, home: Home): Promise<void> {
  for (const user of usersOf(home, 'member')) {
    const userId = userIdOf(home, user)
    const { token } = await home.api.users.issueEnrollment({ userId })
    const { apiKey } = await system.as('').users.enroll({ token })
    home.firstKeys.set(user.email.toLowerCase(), apiKey)
  }
}

async function admitGuests(system: TestSystem, home: Home, homes: readonly Home[]): Promise<void> {
  for (const user of usersOf(home, 'guest')) {
    const email = user.email.toLowerCase()
    if (isPending(home, email)) continue
    const homeKey = await keyAtHome(system, email, homes)
    const { apiKey } = await system
      .as(homeKey)
      .users.acceptInvitation({ userId: userIdOf(home, user) })
    home.firstKeys.set(email, apiKey)
  }
}

/** A guest whose home the corpus does not tell of gets one. */
async function keyAtHome(
  system: TestSystem,
  email: string,
  homes: readonly Home[],
): Promise<string> {
  const isHome = ({ plan, firstKeys }: Home) =>
    firstKeys.has(email) &&
    !plan.document.users.some((user) => user.type === 'guest' && user.email.toLowerCase() === email)
  const key = homes.find(isHome)?.firstKeys.get(email)
  if (key) return key
  const made = await system.owner.organizations.createOrganization({
    name: 'Home of a guest',
    ownerEmail: email,
  })
  return made.ownerApiKey
}

async function makeKey(system: TestSystem, home: Home, key: KeyPlan): Promise<string> {
  const bearer = known(home.bearers.get(bearerKey(key.bearer)), key.bearer.name)
  const api =
    key.bearer.type === 'application'
      ? home.api
      : system.as(known(home.firstKeys.get(key.bearer.name.toLowerCase()), key.bearer.name))
  const { actions, resources, sourceCidrs, projects } = key.narrowing
  const projectIds = projects.map((name) => known(home.projects.get(name), name))
  const narrowing = { actions, resources, sourceCidrs, projectIds }
  const { secret } = await api.apiKeys.createApiKey({
    bearer,
    ...(key.expiresAtMs !== undefined && { expireTime: new Date(key.expiresAtMs) }),
    narrowing: KeyNarrowing.fromPartial(narrowing as object),
  })
  return secret
}

async function makeApplicationKeys({ plan, api, bearers, applicationKeys }: Home): Promise<void> {
  for (const { name } of plan.document.applications) {
    const bearer = known(bearers.get(`application ${name}`), name)
    applicationKeys.set(name, (await api.apiKeys.createApiKey({ bearer })).secret)
  }
}

async function lockMembers(home: Home): Promise<void> {
  for (const user of home.plan.document.users.filter(({ locked }) => locked)) {
    if (isPending(home, user.email)) continue
    await home.api.users.lockUser({ userId: userIdOf(home, user) })
  }
}

function isPending({ plan }: Home, email: string): boolean {
  return plan.pending.some((other) => other.toLowerCase() === email.toLowerCase())
}

/** Addresses are one in any case; names of applications are not. */
function bearerKey({ type, name }: BearerName): string {
  return `${type} ${type === 'user' ? name.toLowerCase() : name}`
}

function stranger({ type }: BearerName): Bearer {
  const value = '00000000-0000-4000-8000-000000000000'
  return type === 'user' ? { $case: 'userId', value } : { $case: 'applicationId', value }
}

function usersOf({ plan }: Home, type: UserEntry['type']): UserEntry[] {
  return plan.document.users.filter((user) => user.type === type)
}

function userIdOf(home: Home, { email }: UserEntry): string {
  return known(home.bearers.get(`user ${email.toLowerCase()}`), email).value
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the corpus names nobody \`${name}\``)
  return value
}
