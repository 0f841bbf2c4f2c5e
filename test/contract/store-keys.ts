import { describe, expect, it } from 'vitest'
import type { ApiKeyId, ProjectId } from '../../src/domain/ids.js'
import { defaultProjectId } from '../../src/domain/project.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aKey,
  anApplication,
  aProject,
  aUser,
  founded,
  newId,
  nowMs,
  save,
} from './store-fixture.js'

const page = { size: 100 }

export function describeKeys(store: () => Store): void {
  describe('API keys', () => {
    async function given() {
      const { id } = await founded(store())
      const [user, application] = [aUser(id), anApplication(id)]
      const ofUser = aKey(id, { type: 'user', id: user.id }, { expiresAtMs: nowMs + 10 })
      const ofApplication = aKey(id, { type: 'application', id: application.id })
      const hashes = [newId(), newId()] as const
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.applications.insert(application)
        await tx.apiKeys.insert(ofUser, { hash: hashes[0] })
        await tx.apiKeys.insert(ofApplication, { hash: hashes[1], expiresAtMs: nowMs + 5 })
      })
      return { id, user, application, ofUser, ofApplication, hashes }
    }

    it('come back as they were stored, and updated, with their narrowing', async () => {
      const { id, ofUser } = await given()
      const projectId = defaultProjectId(id)
      const { expiresAtMs: _, ...rest } = ofUser
      const narrowed = {
        ...rest,
        description: 'mine',
        narrowing: { actions: ['a:*'], resources: ['r'], projectIds: [projectId] },
        version: 2,
      }
      const find = () => store().read((tx) => tx.apiKeys.find(ofUser.id))
      expect((await find()).value).toEqual(ofUser)
      await save(store(), id, (tx) => tx.apiKeys.update(narrowed))
      expect((await find()).value).toEqual(narrowed)
      await save(store(), id, (tx) => tx.apiKeys.delete(ofUser.id))
      expect((await find()).value).toBeUndefined()
    })

    it('are filtered by bearer, by type of bearer and by expiry', async () => {
      const { id, ofUser, ofApplication } = await given()
      const at = (offset: number) => ({ nowMs: nowMs + offset })
      const { value } = await store().read(async (tx) => ({
        bearers: await tx.apiKeys.list(id, { bearers: [ofUser.bearer] }, page),
        nobody: await tx.apiKeys.list(id, { bearers: [] }, page),
        type: await tx.apiKeys.list(id, { bearerType: 'application' }, page),
        valid: await tx.apiKeys.list(id, { expired: { value: false, ...at(10) } }, page),
        expired: await tx.apiKeys.list(id, { expired: { value: true, ...at(10) } }, page),
        notYet: await tx.apiKeys.list(id, { expired: { value: true, ...at(9) } }, page),
      }))
      expect(value).toEqual({
        bearers: [ofUser],
        nobody: [],
        type: [ofApplication],
        valid: [ofApplication],
        expired: [ofUser],
        notYet: [],
      })
    })

    it('have secrets that are listed by bearer, replaced, and unique', async () => {
      const { id, ofUser, ofApplication, hashes } = await given()
      const next = [{ hash: newId(), expiresAtMs: 7 }, { hash: newId() }]
      await save(store(), id, (tx) => tx.apiKeys.setSecrets(ofUser.id, next))
      const { value } = await store().read(async (tx) => ({
        secrets: new Set(await tx.apiKeys.secretsOf(ofUser.id)),
        ofBearer: new Set(await tx.apiKeys.secretHashesOf(ofUser.bearer)),
        old: await tx.decisions.findCredential(hashes[0]),
        none: await tx.apiKeys.secretsOf(newId<ApiKeyId>()),
      }))
      expect(value).toEqual({
        secrets: new Set(next),
        ofBearer: new Set(next.map((secret) => secret.hash)),
        old: undefined,
        none: [],
      })
      await expect(
        save(store(), id, (tx) => tx.apiKeys.setSecrets(ofApplication.id, next)),
      ).rejects.toMatchObject({ kind: 'already-exists' })
    })

    it('go with their bearer, secrets and all', async () => {
      const { id, application, ofApplication, hashes } = await given()
      await save(store(), id, (tx) => tx.applications.delete(application.id))
      const { value } = await store().read(async (tx) => [
        await tx.apiKeys.find(ofApplication.id),
        await tx.decisions.findCredential(hashes[1]),
        ...(await tx.apiKeys.secretHashesOf(ofApplication.bearer)),
      ])
      expect(value).toEqual([undefined, undefined])
    })

    it('go back to the default project when theirs is deleted', async () => {
      const { id, user } = await given()
      const project = aProject(id)
      const over = { defaultProjectId: project.id }
      const key = aKey(id, { type: 'user', id: user.id }, over)
      await save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        await tx.apiKeys.insert(key, { hash: newId() })
      })
      await save(store(), id, (tx) => tx.projects.delete(project))
      const { value } = await store().read(async (tx) => ({
        key: await tx.apiKeys.find(key.id),
        project: await tx.decisions.findProjectOrganization(project.id),
        other: await tx.decisions.findProjectOrganization(id as string as ProjectId),
      }))
      expect(value.key).toMatchObject({ defaultProjectId: defaultProjectId(id), version: 2 })
      expect(value.project).toBeUndefined()
      expect(value.other).toBe(id)
    })
  })
}
