import { describe, expect, it } from 'vitest'
import type { ChangeRow } from '../../src/service/ports/change-log.js'
import type { Store } from '../../src/service/ports/store.js'
import type { StoreUpkeep } from '../../src/service/ports/upkeep.js'
import type { Revision } from '../../src/service/revision.js'
import { change, founded, newId, nowMs, type OpenedStore, save } from './store-fixture.js'

const rowsMax = 1_000
const never = { changesBeforeMs: 0, repliesBeforeMs: 0, rowsMax }

export function describeChangeLog(
  store: () => Store & StoreUpkeep,
  query: OpenedStore['query'],
): void {
  const head = async () => (await store().read(async () => undefined)).revision
  const write = async (times: number) => {
    const { id } = await founded(store())
    const revisions: Revision[] = []
    for (let i = 0; i < times; i++) {
      revisions.push((await save(store(), id, async () => undefined)).revision)
    }
    return { id, revisions }
  }

  describe('the log of changes', () => {
    it('is read from a revision on, in order, as far as asked for, with the head', async () => {
      const { number: from } = await head()
      const { id, revisions } = await write(4)
      const { rows, authority } = await store().readChanges({ from: from + 2, rowsMax: 2 })
      expect(rows).toEqual(
        revisions.slice(0, 2).map(({ number, nonce }) => ({
          number,
          nonce,
          organizationId: id,
          atMs: expect.any(Number),
          keys: [],
        })),
      )
      expect((await store().readChanges({ from: from + 2, rowsMax: 2 })).head).toEqual(
        revisions.at(-1),
      )
      expect(authority).toEqual({ timeline: expect.any(Number), leaseAgeMs: 0 })
    })

    it('has the head alone for who asks for what there is not yet', async () => {
      const { revisions } = await write(1)
      const last = revisions.at(-1)
      const page = await store().readChanges({ from: (last?.number ?? 0) + 1, rowsMax })
      expect([page.head, page.rows]).toEqual([last, []])
    })

    it('proves itself when asked to', async () => {
      const { revisions } = await write(1)
      const page = await store().readChanges({ from: 1, rowsMax: 1, prove: true })
      expect(page.head).toEqual(revisions.at(-1))
    })

    it('shows sixteen writers to a reader in the order of commit, without a gap', async () => {
      const start = await head()
      const organizations = await Promise.all(Array.from({ length: 16 }, () => founded(store())))
      const seen: ChangeRow[] = []
      let isOver = false
      const reading = (async () => {
        for (let from = start.number; ; from = start.number + seen.length) {
          const isLast = isOver
          const { rows } = await store().readChanges({ from, rowsMax })
          seen.push(...rows.filter((row) => row.number > from))
          if (isLast) return
        }
      })()
      const writers = organizations.map(async ({ id }) => {
        const written: Revision[] = []
        for (let i = 0; i < 25; i++) {
          const { revision } = await save(store(), id, (tx) => tx.organizations.lock(id))
          written.push(revision)
        }
        return written
      })
      const written = (await Promise.all(writers)).flat()
      isOver = true
      await reading
      expect(seen.map((row) => row.number - start.number)).toEqual(seen.map((_, i) => i + 1))
      expect(seen).toHaveLength(16 + 16 * 25)
      const nonces = new Map(seen.map((row) => [row.number, row.nonce]))
      expect(written.filter(({ number, nonce }) => nonces.get(number) !== nonce)).toEqual([])
    })
  })

  describe('trimming', () => {
    const revs = async () => {
      const rows = (await query('select rev from change_log order by rev')) as { rev: unknown }[]
      return rows.map((row) => Number(row.rev))
    }

    it('takes old rows from the oldest on, some at a time, and leaves the head', async () => {
      await write(5)
      const { number } = await head()
      const before = await revs()
      const request = { ...never, changesBeforeMs: nowMs + 1, rowsMax: 3 }
      expect(await store().trim(request)).toEqual({ changes: 3, replies: 0 })
      expect(await revs()).toEqual(before.slice(3))
      while ((await store().trim(request)).changes === 3);
      expect(await revs()).toEqual([number])
      expect((await store().readChanges({ from: number, rowsMax })).rows).toHaveLength(1)
    })

    it('leaves a reader that is behind with rows that do not go on from where it stands', async () => {
      const { number: from } = await head()
      const { revisions } = await write(3)
      await store().trim({ ...never, changesBeforeMs: nowMs + 1 })
      const { rows } = await store().readChanges({ from, rowsMax })
      expect(rows.map((row) => row.number)).toEqual([revisions.at(-1)?.number])
    })

    it('leaves rows that are young enough, and whatever follows them', async () => {
      await write(2)
      const { number } = await head()
      await write(3)
      await store().trim({ ...never, changesBeforeMs: nowMs })
      expect((await revs()).slice(-6)[0]).toBe(number - 1)
      await query(`update change_log set at_ms = ${nowMs + 5} where rev = ${number}`)
      await store().trim({ ...never, changesBeforeMs: nowMs + 1 })
      expect((await revs())[0]).toBe(number)
      await query(`update change_log set at_ms = ${nowMs} where rev = ${number}`)
    })

    it('takes replies that are old, and no others', async () => {
      const { id } = await founded(store())
      const reply = { actor: newId<never>(), organizationId: id, requestHash: 'r', response: 'x' }
      await store().write(async ({ replies }) => {
        for (const age of [1, 2, 3]) {
          await replies.put({ ...reply, keyHash: `k${age}`, createdAtMs: nowMs - age })
        }
      })
      const request = { ...never, repliesBeforeMs: nowMs - 1 }
      expect(await store().trim({ ...request, rowsMax: 1 })).toEqual({ changes: 0, replies: 1 })
      expect(await store().trim(request)).toEqual({ changes: 0, replies: 1 })
      const { value } = await store().write(({ replies }) =>
        Promise.all(['k1', 'k2', 'k3'].map((key) => replies.find(reply.actor, key))),
      )
      expect(value).toEqual([
        { ...reply, keyHash: 'k1', createdAtMs: nowMs - 1 },
        undefined,
        undefined,
      ])
    })
  })

  describe('replies', () => {
    it('are found by actor and key, replaced, and counted when they are given again', async () => {
      const { id } = await founded(store())
      const reply = {
        actor: newId<never>(),
        keyHash: 'k',
        organizationId: id,
        requestHash: 'r',
        response: 'x',
        createdAtMs: nowMs,
      }
      const again = { ...reply, requestHash: 's', response: 'y', createdAtMs: nowMs + 1 }
      await store().write(({ replies }) => replies.put(reply))
      await store().write(({ replies }) => replies.put(again))
      await store().write(({ replies }) => replies.count(again))
      const { value } = await store().write(async ({ replies }) => [
        await replies.find(reply.actor, 'k'),
        await replies.find(reply.actor, 'other'),
        await replies.find('somebody', 'k'),
      ])
      expect(value).toEqual([again, undefined, undefined])
      const rows = await query(`select replays from idempotency where actor = '${reply.actor}'`)
      expect(rows.map((row) => Number((row as { replays: unknown }).replays))).toEqual([1])
    })
  })

  describe('a new epoch', () => {
    it('goes on from the old one under another name, and is in the log', async () => {
      const { id } = await founded(store())
      const before = await head()
      const entry = { ...change(id), audit: { ...change(id).audit, action: 'store:epoch:renew' } }
      const revision = await store().renewEpoch(entry)
      expect(revision.number).toBe(before.number + 1)
      expect(revision.epoch).not.toBe(before.epoch)
      expect(revision.epoch).toMatch(/^[0-9a-f]{16}$/)
      expect(await head()).toEqual(revision)
      const rows = await query(
        `select action from audit_entries where rev = ${revision.number}
          and organization_id = '${id}'`,
      )
      expect(rows).toEqual([{ action: 'store:epoch:renew' }])
    })
  })
}
