import { randomUUID } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { OrganizationDocument } from '../../src/grpc/gen/postern/v1/document.js'
import { decodeRevision } from '../../src/service/revision.js'
import { aMember, anAdministrator, fresh } from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const hour = 3_600_000

onBothStores('writes that are sent again', (system) => {
  const ownerWith = (key: string, sent: Record<string, string> = {}) =>
    system().as(system().founded.ownerKey.secret, { 'idempotency-key': key, ...sent })
  const named = async (name: string) =>
    (await system().owner.applications.listApplications({ name })).applications

  it('are done once, and answered as the first time', async () => {
    const name = fresh('once')
    const again = ownerWith(randomUUID())
    const first = await again.applications.createApplication({ name })
    await system().owner.applications.updateApplication({
      application: { ...first, description: 'changed since' },
      updateMask: ['description'],
    })
    const second = await again.applications.createApplication({ name })
    expect(second).toEqual({ ...first, revision: second.revision })
    expect(await named(name)).toHaveLength(1)
    const [one, two] = [decodeRevision(first.revision), decodeRevision(second.revision)]
    expect(two.number).toBe(one.number + 1)
  })

  it('are done again under another key', async () => {
    const name = fresh('twice')
    await ownerWith(randomUUID()).applications.createApplication({ name })
    await ownerWith(randomUUID()).applications.createApplication({ name })
    expect(await named(name)).toHaveLength(2)
  })

  it('are answered with the secret that was made the first time', async () => {
    const [{ id: value }] = [await system().owner.applications.createApplication({ name: 'x' })]
    const bearer = { $case: 'applicationId', value } as const
    const again = ownerWith(randomUUID())
    const first = await again.apiKeys.createApiKey({ bearer })
    const second = await again.apiKeys.createApiKey({ bearer })
    expect(second.secret).toBe(first.secret)
    expect(second.apiKey?.accessKey).toBe(first.apiKey?.accessKey)
    expect(second.apiKey?.revision).toMatch(/^pr1\./)
    const { apiKeys } = await system().owner.apiKeys.listApiKeys({ bearer })
    expect(apiKeys).toHaveLength(1)
  })

  it('are done once when they are sent at the same time', async () => {
    const name = fresh('at-once')
    const again = ownerWith(randomUUID())
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => again.applications.createApplication({ name })),
    )
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    expect(await named(name)).toHaveLength(1)
  })

  it('are refused when the key was sent with another request', async () => {
    const again = ownerWith(randomUUID())
    const name = fresh('first')
    await again.applications.createApplication({ name })
    const other = fresh('other')
    for (const call of [
      () => again.applications.createApplication({ name: other }),
      () => again.groups.createGroup({ name }),
    ]) {
      expect(await refusalOf(call())).toMatchObject({
        code: status.FAILED_PRECONDITION,
        reason: 'IDEMPOTENCY_MISMATCH',
      })
    }
    expect(await named(other)).toEqual([])
  })

  it('are another thing when another caller sends the same key', async () => {
    const key = randomUUID()
    const name = fresh('theirs')
    const administrator = await anAdministrator(system().owner, 'IAMManager')
    const mine = await ownerWith(key).applications.createApplication({ name })
    const theirs = await system()
      .as(administrator.key, { 'idempotency-key': key })
      .applications.createApplication({ name })
    expect(theirs.id).not.toBe(mine.id)
  })

  it('are done when they had been refused', async () => {
    const name = fresh('group')
    const { id: groupId } = await system().owner.groups.createGroup({ name })
    const again = ownerWith(randomUUID())
    expect(await refusalOf(again.groups.createGroup({ name }))).toMatchObject({
      code: status.ALREADY_EXISTS,
    })
    await system().owner.groups.deleteGroup({ groupId })
    expect(await again.groups.createGroup({ name })).toMatchObject({ name })
  })

  it('are answered to nobody whose key has gone', async () => {
    const { id, key } = await anAdministrator(system().owner, 'IAMManager')
    const again = system().as(key, { 'idempotency-key': randomUUID() })
    await again.groups.createGroup({ name: fresh('group') })
    await system().owner.applications.deleteApplication({ applicationId: id })
    const call = again.groups.createGroup({ name: fresh('group') })
    expect(await refusalOf(call)).toMatchObject({ code: status.UNAUTHENTICATED })
  })

  it('are forgotten after a day', async () => {
    const name = fresh('daily')
    const again = ownerWith(randomUUID())
    const first = await again.applications.createApplication({ name })
    system().clock.nowMs += 23 * hour
    expect((await again.applications.createApplication({ name })).id).toBe(first.id)
    system().clock.nowMs += hour
    const next = await again.applications.createApplication({ name })
    expect(next.id).not.toBe(first.id)
    expect((await again.applications.createApplication({ name })).id).toBe(next.id)
  })

  it('make one key of one enrollment, at once or later', async () => {
    const { id: userId } = await aMember(system().owner)
    const { token } = await system().owner.users.issueEnrollment({ userId })
    const again = system().as('', { 'idempotency-key': randomUUID() })
    const answers = await Promise.all([1, 2, 3].map(() => again.users.enroll({ token })))
    answers.push(await again.users.enroll({ token }))
    expect(new Set(answers.map(({ apiKey }) => apiKey)).size).toBe(1)
    const other = system().as('', { 'idempotency-key': randomUUID() })
    for (const stranger of [other, system().as('')]) {
      const refusal = await refusalOf(stranger.users.enroll({ token }))
      expect(refusal).toMatchObject({ reason: 'ENROLLMENT_INVALID' })
    }
  })

  it('accept an invitation once', async () => {
    const email = `${fresh('guest')}@elsewhere.example`
    const home = await system().owner.organizations.createOrganization({
      name: 'Elsewhere',
      ownerEmail: email,
    })
    const { id: userId } = await system().owner.users.inviteUser({ email })
    const again = system().as(home.ownerApiKey, { 'idempotency-key': randomUUID() })
    const first = await again.users.acceptInvitation({ userId })
    expect(await again.users.acceptInvitation({ userId })).toMatchObject({ apiKey: first.apiKey })
  })

  it('import a document once', async () => {
    const name = fresh('imported')
    const document = OrganizationDocument.fromPartial({ applications: [{ name }] })
    const again = ownerWith(randomUUID())
    const dry = { document, dryRun: true }
    expect((await again.documents.importOrganization(dry)).changes).toHaveLength(1)
    const first = await again.documents.importOrganization({ document })
    expect(first.changes).toHaveLength(1)
    const second = await again.documents.importOrganization({ document })
    expect(second).toEqual({ ...first, revision: second.revision })
    expect(second.revision).toMatch(/^pr1\./)
    expect(await named(name)).toHaveLength(1)
  })

  it('need a key that is one', async () => {
    for (const key of ['', 'a b', 'x'.repeat(129)]) {
      const name = fresh('never')
      const call = ownerWith(key).applications.createApplication({ name })
      expect(await refusalOf(call)).toMatchObject({
        code: status.INVALID_ARGUMENT,
        violations: ['idempotency-key FORMAT'],
      })
      expect(await named(name)).toEqual([])
    }
  })

  describe('writes that are answered when they are effective', () => {
    const waiting = (value: string): Api =>
      system().as(system().founded.ownerKey.secret, { 'postern-reply-when': value })

    it('are done, and answered', async () => {
      const name = fresh('effective')
      const { id } = await waiting('effective').applications.createApplication({ name })
      expect(await named(name)).toMatchObject([{ id }])
    })

    it('are not done when it is not said when', async () => {
      const name = fresh('never')
      const call = waiting('soon').applications.createApplication({ name })
      expect(await refusalOf(call)).toMatchObject({
        code: status.INVALID_ARGUMENT,
        violations: ['postern-reply-when UNKNOWN'],
      })
      expect(await named(name)).toEqual([])
    })
  })
})
