import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { parseDocument } from '../../src/domain/document-parser.js'
import { parsed } from '../../src/domain/validation.js'
import type { OrganizationPlan } from '../../src/domain/world/plan.js'
import { toDocument } from '../../src/grpc/document.js'
import {
  AuthorizePrincipalRequest,
  type AuthorizeResponse,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import type { OrganizationDocument } from '../../src/grpc/gen/postern/v1/document.js'
import { describeAnswer } from '../support/acts.js'
import type { Api } from '../support/api.js'
import { askEveryDoor, expectAll, isSayable } from '../support/doors/grpc-doors.js'
import { createDatabase } from '../support/postgres-server.js'
import { corporaApart } from '../support/set-apart.js'
import { type Settled, settle } from '../support/settle.js'
import { startSystem, type TestSystem } from '../support/system.js'

let embedded: TestSystem
let postgres: TestSystem

beforeAll(async () => {
  embedded = await startSystem()
  postgres = await startSystem({
    POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')),
  })
})
afterAll(async () => {
  await postgres.close()
  await embedded.close()
})

async function exported(owner: Api): Promise<OrganizationDocument> {
  const { document } = await owner.documents.exportOrganization()
  if (!document) throw new Error('nothing was exported')
  return document
}

/** Each file's organizations, moved from the embedded store to PostgreSQL, decide as before. */
describe('moved to PostgreSQL', () => {
  let source: TestSystem
  let target: TestSystem
  const settled = new Map<string, Settled>()

  beforeAll(async () => {
    source = await startSystem()
    target = await startSystem({
      POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')),
    })
    // At once, since each mostly waits for the stores.
    const moving = corporaApart.map(async ({ file, tag, corpus }) => {
      settled.set(file, await moved(corpus.organizations, tag))
    })
    await Promise.all(moving)
  })
  afterAll(async () => {
    await target.close()
    await source.close()
  })

  async function moved(plans: readonly OrganizationPlan[], tag: string): Promise<Settled> {
    const before = await settle(source, plans, { tag })
    const documents = new Map<string, OrganizationDocument>()
    for (const { name } of plans) documents.set(name, await exported(before.ownerOf(name)))
    const documentOf = ({ name, document }: OrganizationPlan) =>
      documents.get(name) ?? toDocument({ ...document, name })
    return settle(target, plans, { tag, documentOf })
  }

  describe.each(corporaApart)('$file', ({ file, corpus }) => {
    it.each(corpus.cases.filter(isSayable))('$name', async (asked) => {
      target.clock.nowMs = asked.atMs
      const found = settled.get(file)
      if (!found) throw new Error('the file was not settled')
      expectAll(asked, await askEveryDoor(target, found, asked))
    })
  })
})

const actions = [
  'compute:servers:start',
  'compute:servers:delete',
  'storage:object:read',
  'storage:object:delete',
  'secret_manager:secret:access',
  'robots:arm:move',
  'iam:group:list',
  'iam:policy:create',
  'billing:invoice:read',
]

/** What everybody may do everywhere, in words. */
async function decisionsOf(owner: Api): Promise<string[]> {
  const { users } = await owner.users.listUsers({ pageSize: 100 })
  const { applications } = await owner.applications.listApplications({ pageSize: 100 })
  const { projects } = await owner.projects.listProjects({ pageSize: 100 })
  const principals = [
    ...users.map(({ email, id }) => ({ name: email, $case: 'userId', value: id })),
    ...applications.map(({ name, id }) => ({ name, $case: 'applicationId', value: id })),
  ]
  const places = [{ name: 'the organization', id: '' }, ...projects]
  const answers: string[] = []
  for (const { name, ...principal } of principals) {
    const questions = places.flatMap((place) => actions.map((action) => ({ place, action })))
    const told = await Promise.all(
      questions.map(async ({ place, action }) => {
        const resource = { projectId: place.id, type: 'server', id: 'db-1' }
        const request = { principal, action, resource, request: { ip: '10.1.2.3' } }
        const answer = await owner.authorization.authorizePrincipal(
          AuthorizePrincipalRequest.fromPartial(request as object),
        )
        return `${name} ${action} on ${place.name}: ${inWords(answer)}`
      }),
    )
    answers.push(...told)
  }
  return answers.sort()
}

function inWords(answer: AuthorizeResponse): string {
  return `${describeAnswer(answer)} ${answer.policyName}`
}

it('moved to PostgreSQL, the example organization decides as before', async () => {
  const path = new URL('../../examples/acme.yaml', import.meta.url)
  const document = parsed((v) => parseDocument(v, '', parse(readFileSync(path, 'utf8'))))
  const users = document.users.filter(({ type }) => type !== 'owner')
  await embedded.owner.documents.importOrganization({
    document: toDocument({ ...document, users }),
  })
  await postgres.owner.documents.importOrganization({ document: await exported(embedded.owner) })
  const before = await decisionsOf(embedded.owner)
  expect(before.filter((line) => line.includes('allow RULE')).length).toBeGreaterThan(100)
  expect(await decisionsOf(postgres.owner)).toEqual(before)
  const comparable = ({ projects, ...rest }: OrganizationDocument) => ({
    ...rest,
    projects: projects.map(({ name, description }) => ({ name, description })),
  })
  expect(comparable(await exported(postgres.owner))).toMatchObject(
    withoutIds(comparable(await exported(embedded.owner))) as object,
  )
})

/** The default project and the owner keep the ids of the store that they are in. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name]) => name !== 'id')
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutIds(part)]))
}
