import { describe, expect, it } from 'vitest'
import type { OrganizationId } from '../../src/domain/ids.js'
import type { Store } from '../../src/service/ports/store.js'
import { decodeRevision, encodeRevision } from '../../src/service/revision.js'
import { aProject, change, founded, newId, type OpenedStore, save } from './store-fixture.js'

export function describeTransactions(store: () => Store, query: OpenedStore['query']): void {
  describe('transactions and revisions', () => {
    it('gives every recorded write the next revision, with a nonce of its own', async () => {
      const { id } = await founded(store())
      const first = await save(store(), id, async () => 'done')
      const second = await save(store(), id, async () => undefined)
      const read = await store().read(async () => undefined)
      expect(first.value).toBe('done')
      expect(second.revision.number).toBe(first.revision.number + 1)
      expect(second.revision.epoch).toBe(first.revision.epoch)
      expect(second.revision.nonce).not.toBe(first.revision.nonce)
      expect(read.revision).toEqual(second.revision)
      expect(decodeRevision(encodeRevision(read.revision))).toEqual(read.revision)
    })

    it('takes no revision for a write that recorded nothing', async () => {
      const before = await store().read(async () => undefined)
      const idle = await store().write(async (tx) => tx.organizations.findRoot())
      const after = await store().read(async () => undefined)
      expect([idle.revision, after.revision]).toEqual([before.revision, before.revision])
    })

    it('logs what a write changed, each thing once, and audits it under its revision', async () => {
      const { id } = await founded(store())
      const policy = { kind: 'policy', id: 'p' } as const
      const actor = {
        keyId: newId<never>(),
        principal: { type: 'user', id: newId<never>() },
      } as const
      const { revision } = await store().write(async (tx) => {
        tx.record(change(id, policy, { kind: 'project', id: 'q' }))
        const second = change(id, policy)
        tx.record({ ...second, audit: { ...second.audit, actor, before: { a: '\u0000é' } } })
      })
      const log = await query(
        `select nonce, organization_id, keys from change_log where rev = ${revision.number}`,
      )
      expect(log).toEqual([
        { nonce: revision.nonce, organization_id: id, keys: '["policy:p","project:q"]' },
      ])
      const audit = await query(
        `select organization_id, actor_type, actor_id, action, before_json, after_json
        from audit_entries where rev = ${revision.number} order by actor_type`,
      )
      const entry = { organization_id: id, action: 'iam:user:create', after_json: null }
      expect(new Set(audit)).toEqual(
        new Set([
          { ...entry, actor_type: null, actor_id: null, before_json: null },
          {
            ...entry,
            actor_type: 'user',
            actor_id: actor.principal.id,
            before_json: '{"a":"\\u0000é"}',
          },
        ]),
      )
    })

    it('leaves nothing of a write that throws', async () => {
      const { id } = await founded(store())
      const project = aProject(id)
      const before = await store().read(async () => undefined)
      const broken = save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        throw new Error('broken')
      })
      await expect(broken).rejects.toThrow('broken')
      const { value, revision } = await store().read((tx) => tx.projects.find(project.id))
      expect(value).toBeUndefined()
      expect(revision).toEqual(before.revision)
    })

    it('refuses statements of a transaction that has ended', async () => {
      const { id } = await founded(store())
      const project = aProject(id)
      const { value: late } = await store().write(async (tx) => () => tx.projects.insert(project))
      await expect(late()).rejects.toThrow('after the end')
      const { value } = await store().read((tx) => tx.projects.find(project.id))
      expect(value).toBeUndefined()
    })

    it('reads one snapshot, whatever is written meanwhile', async () => {
      const { id } = await founded(store())
      const project = aProject(id)
      const { value, revision } = await store().read(async (tx) => {
        const written = await save(store(), id, (other) => other.projects.insert(project))
        return { written: written.revision, found: await tx.projects.find(project.id) }
      })
      expect(value.found).toBeUndefined()
      expect(value.written.number).toBe(revision.number + 1)
      const after = await store().read((tx) => tx.projects.find(project.id))
      expect(after.value).toEqual(project)
    })

    it('reads what was written before, in the same transaction too', async () => {
      const { id } = await founded(store())
      const project = aProject(id)
      const { value } = await save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        return tx.projects.find(project.id)
      })
      expect(value).toEqual(project)
    })

    it('numbers concurrent writes without gaps, each logged with its own nonce', async () => {
      const organizations = await Promise.all([founded(store()), founded(store())])
      const start = await store().read(async () => undefined)
      const writes = Array.from({ length: 40 }, (_, i) => {
        const id = organizations[i % 2]?.id ?? newId<OrganizationId>()
        return save(store(), id, async (tx) => {
          await tx.organizations.lock(id)
          await tx.projects.insert(aProject(id))
        })
      })
      const revisions = (await Promise.all(writes)).map((written) => written.revision)
      revisions.sort((a, b) => a.number - b.number)
      const from = start.revision.number
      expect(revisions.map((revision) => revision.number - from)).toEqual(
        writes.map((_, i) => i + 1),
      )
      const log = await query(`select nonce from change_log where rev > ${from} order by rev`)
      expect(log).toEqual(revisions.map((revision) => ({ nonce: revision.nonce })))
    })

    it('lets one writer at a time count under the lock of an organization', async () => {
      const { id, organization } = await founded(store())
      const increment = () =>
        save(store(), id, async (tx) => {
          await tx.organizations.lock(id)
          const { version } = (await tx.organizations.find(id)) ?? organization
          await tx.organizations.update({ ...organization, version: version + 1 })
        })
      await Promise.all(Array.from({ length: 20 }, increment))
      const { value } = await store().read((tx) => tx.organizations.find(id))
      expect(value?.version).toBe(21)
    })

    it('reads many snapshots at once', async () => {
      const { id, organization } = await founded(store())
      const reads = Array.from({ length: 50 }, () =>
        store().read((tx) => tx.organizations.find(id)),
      )
      const values = (await Promise.all(reads)).map((read) => read.value)
      expect(values).toEqual(Array.from({ length: 50 }, () => organization))
    })

    it('answers a ping', async () => {
      await expect(store().ping()).resolves.toBeUndefined()
    })
  })
}
