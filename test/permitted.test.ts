import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toRawQuestion } from '../src/domain/corpus.js'
import type { PrincipalRef } from '../src/domain/principal.js'
import type { RawQuestion } from '../src/domain/question.js'
import type { OrganizationPlan } from '../src/domain/world/plan.js'
import type { ReadAct } from '../src/service/act.js'
import { authorizePrincipal } from '../src/service/ask.js'
import type { Page, PageInput } from '../src/service/page.js'
import { listPermittedActions } from '../src/service/permitted/actions.js'
import { knownActions } from '../src/service/permitted/known-actions.js'
import { listPermittedPrincipals } from '../src/service/permitted/principals.js'
import { listPermittedResources } from '../src/service/permitted/resources.js'
import { registerResource } from '../src/service/resources.js'
import { anyScene, type Scene } from './support/random-world.js'
import { referenceDecision } from './support/reference.js'
import { type StoredOrganization, StoredWorlds } from './support/stored-world.js'

let worlds: StoredWorlds
beforeAll(async () => {
  worlds = await StoredWorlds.open()
})
afterAll(() => worlds.close())

/** The scene in a store, where whoever was invited has not accepted, and is not locked so. */
async function stored({ plans: imagined, asked }: Scene) {
  const plans = imagined.map(withInvitations)
  const homes = new Map<string, StoredOrganization>()
  for (const plan of plans) homes.set(plan.name, await worlds.found(plan))
  const home = asked.asker.kind === 'principal' ? asked.asker.organization : 'acme'
  const organization = homes.get(home)
  const plan = plans.find(({ name }) => name === home)
  if (!organization || !plan) throw new Error('every asker has a home')
  const question = toRawQuestion(asked.question, {
    findOrganizationId: (name) => homes.get(name)?.id,
    findProjectId: (name, project) => homes.get(name)?.findProjectId(project),
  })
  worlds.clock.nowMs = asked.atMs
  return { organization, plan, plans, question }
}

function withInvitations(plan: OrganizationPlan): OrganizationPlan {
  const guests = plan.document.users.filter(({ type }) => type === 'guest')
  const users = plan.document.users.map((user) =>
    user.type === 'guest' ? { ...user, locked: false } : user,
  )
  const document = { ...plan.document, users }
  return { ...plan, document, pending: guests.map(({ email }) => email) }
}

async function everyPage<T>(
  read: (page: PageInput) => Promise<Page<T>>,
  pageSize: number,
): Promise<T[]> {
  const all: T[] = []
  let pageToken = ''
  do {
    const { items, nextPageToken } = await read({ pageSize, pageToken })
    expect(items.length).toBeLessThanOrEqual(pageSize)
    all.push(...items)
    pageToken = nextPageToken
  } while (pageToken !== '')
  return all
}

function ids({ type, id }: PrincipalRef) {
  return { userId: type === 'user' ? id : '', applicationId: type === 'application' ? id : '' }
}

async function isAllowed(act: ReadAct, ref: PrincipalRef, question: RawQuestion) {
  return (await authorizePrincipal(act, { ...question, ...ids(ref) })).effect === 'allow'
}

async function allowedOf<T>(all: readonly T[], isOne: (each: T) => Promise<boolean>) {
  const verdicts = await Promise.all(all.map(isOne))
  return all.filter((_, index) => verdicts[index])
}

const sizes = fc.constantFrom(1, 2, 100)

describe('in any world, a search finds what asking one by one allows', { timeout: 60_000 }, () => {
  const runs = { numRuns: 30 }

  test('of principals', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(anyScene, sizes, async (scene, size) => {
        const { organization, plan, plans, question } = await stored(scene)
        await organization.read(async (act) => {
          const list = (page: PageInput) =>
            listPermittedPrincipals(act, { ...question, ...page, type: undefined })
          const listed = await everyPage(list, size)
          const refs = organization.principals
          expect(sorted(listed)).toEqual(
            sorted(await allowedOf(refs, (ref) => isAllowed(act, ref, question))),
          )
          expect(sorted(listed)).toEqual(
            sorted(byReference({ ...scene, plans }, plan, organization)),
          )
          found += listed.length
        })
      }),
      runs,
    )
    expect(found).toBeGreaterThan(10)
  })

  test('of actions', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(anyScene, sizes, fc.nat(), async (scene, size, which) => {
        const { organization, question: asked } = await stored(scene)
        const question = { ...asked, resource: inProject(organization, asked) }
        const [owner, ...others] = organization.principals
        const other = others[which % others.length]
        if (!owner || !other) throw new Error('every world has principals')
        await organization.read(async (act) => {
          const all = await knownActions(act)
          for (const ref of [owner, other]) {
            const list = (page: PageInput) =>
              listPermittedActions(act, { ...question, ...page, ...ids(ref) })
            const listed = await everyPage(list, size === 1 ? 7 : size)
            expect(listed).toEqual(
              await allowedOf(all, (action) => isAllowed(act, ref, { ...question, action })),
            )
            found += listed.length
          }
        })
      }),
      // In two worlds of three nothing is allowed to either.
      { numRuns: 24 },
    )
    expect(found).toBeGreaterThan(8)
  })

  test('of resources', async () => {
    let found = 0
    const registered = fc.uniqueArray(
      fc.record({
        type: fc.constantFrom('s', 'a'),
        id: fc.constantFrom('a', 's', 'a/s', 'sa', 'S'),
        project: fc.constantFrom(undefined, 'default', 'p1', 'p2'),
        attributes: fc.constantFrom(undefined, { k: 1 }, { k: 2 }),
      }),
      { selector: ({ type, id }) => `${type}/${id}`, minLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(anyScene, registered, sizes, async (scene, resources, size) => {
        const { organization, question } = await stored(scene)
        const all = resources.map(({ project, ...rest }) => ({
          ...{ organizationId: '', name: '', locality: '', ...rest },
          projectId: (project && organization.findProjectId(project)) ?? '',
        }))
        for (const resource of all) {
          await organization.write((act) => registerResource(act, { resource, etag: '' }))
        }
        for (const ref of organization.principals) {
          await organization.read(async (act) => {
            const list = (page: PageInput) =>
              listPermittedResources(act, {
                ...{ ...question, ...page, ...ids(ref), type: '', projectId: '' },
              })
            const listed = await everyPage(list, size)
            const allowed = await allowedOf(all, (resource) =>
              isAllowed(act, ref, { ...question, resource }),
            )
            expect(listed.map(path)).toEqual(allowed.map(path).sort())
            found += listed.length
          })
        }
      }),
      { numRuns: 12 },
    )
    expect(found).toBeGreaterThan(12)
  })
})

test('actions are known by the names of permissions, and never by patterns', async () => {
  const plan = fc.sample(anyScene, { numRuns: 1, seed: 1 })[0]?.plans[0]
  if (!plan) throw new Error('one scene was asked for')
  const permissions = ['shop:orders:refund', 'shop:orders:*', 'x'.repeat(300), 'Shop:Orders:Refund']
  const own = { name: 'Own', scopeType: 'projects' as const, description: '', permissions }
  const permissionSets = [...plan.document.permissionSets, own]
  const organization = await worlds.found({
    ...plan,
    document: { ...plan.document, permissionSets, users: [], groups: [], policies: [] },
  })
  const known = await organization.read(knownActions)
  expect(known).toEqual([...new Set(known)].sort())
  expect(known.filter((action) => action.includes('*') || action.length > 256)).toEqual([])
  // Of the organization's own set, of a built-in one, and of Postern's administration.
  for (const action of ['shop:orders:refund', 'compute:servers:start', 'iam:resource:write']) {
    expect(known).toContain(action)
  }
  expect(known).toContain('Shop:Orders:Refund')
})

/** About a project of the organization, so that rules have a say. */
function inProject(organization: StoredOrganization, { resource }: RawQuestion) {
  const projectId = organization.findProjectId('p1') ?? ''
  return resource && { ...resource, organizationId: '', projectId }
}

/** Whom the reference would let do it, by the names of the plan. */
function byReference(
  { plans, asked }: Scene,
  plan: OrganizationPlan,
  organization: StoredOrganization,
): PrincipalRef[] {
  const bearers = [
    ...plan.document.users.map(({ email }) => ({ type: 'user' as const, name: email })),
    ...plan.document.applications.map(({ name }) => ({ type: 'application' as const, name })),
  ]
  return bearers.flatMap((bearer) => {
    const asker = { kind: 'principal' as const, organization: plan.name, bearer }
    const { reason } = referenceDecision(plans, { ...asked, asker })
    const ref = organization.findPrincipal(bearer)
    return ref && (reason === 'OWNER' || reason === 'RULE') ? [ref] : []
  })
}

function sorted(refs: readonly PrincipalRef[]): string[] {
  return refs.map(({ type, id }) => `${type} ${id}`).sort()
}

function path({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type} ${id}`
}
