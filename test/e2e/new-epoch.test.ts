import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-code.js'
import { run } from '../../src/cli/run.js'
import { WatchNews } from '../../src/grpc/gen/postern/v1/watch.js'
import { decodeRevision } from '../../src/service/revision.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { startSystem } from '../support/system.js'
import { startWatch } from '../support/watch.js'

const directory = mkdtempSync(join(tmpdir(), 'postern-epoch-'))
afterAll(() => rmSync(directory, { recursive: true }))

async function newEpoch(url: string, ...words: string[]) {
  const said = { stdout: '', stderr: '' }
  const output = (name: keyof typeof said) => ({
    write(text: string) {
      said[name] += text
    },
  })
  const code = await run(['store', 'new-epoch', ...words], {
    env: { POSTERN_DATABASE_URL: url },
    stdin: (async function* () {})(),
    stdout: output('stdout'),
    stderr: output('stderr'),
  })
  return { code, ...said }
}

describe('a new epoch', () => {
  it('is given to the store that a running server is on, which notices', async () => {
    const url = await createDatabase(inject('postgresUrl'))
    const system = await startSystem({ POSTERN_DATABASE_URL: url })
    const before = decodeRevision((await system.owner.organizations.getOrganization()).revision)
    const watch = startWatch(system.address, system.founded.ownerKey.secret)
    await watch.until(() => true)
    const { code, stdout, stderr } = await newEpoch(url, '--json')
    expect([code, stderr]).toEqual([exitCodes.ok, ''])
    const after = decodeRevision((await system.owner.organizations.getOrganization()).revision)
    expect(JSON.parse(stdout)).toEqual({
      epoch: after.epoch,
      previousEpoch: before.epoch,
      revision: before.number + 1,
    })
    expect(after.epoch).not.toBe(before.epoch)
    const told = await watch.until((each) => decodeRevision(each.revision).epoch === after.epoch)
    expect(told.news).toBe(WatchNews.FORGET)
    watch.cancel()
    const { revision } = await system.owner.groups.createGroup({ name: 'after' })
    expect(decodeRevision(revision)).toMatchObject({
      epoch: after.epoch,
      number: before.number + 2,
    })
    const audit = await execute(
      url,
      `select organization_id, actor_id, before_json from audit_entries
        where action = 'store:epoch:renew'`,
    )
    expect(audit).toEqual([
      {
        organization_id: system.founded.organization.id,
        actor_id: null,
        before_json: JSON.stringify({ epoch: before.epoch, rev: before.number }),
      },
    ])
    await system.close()
  })

  it('is given to an embedded store that no server has, and refused while one has it', async () => {
    const url = `file:${join(directory, 'postern.db')}`
    const system = await startSystem({ POSTERN_DATABASE_URL: url })
    const { revision } = await system.owner.organizations.getOrganization()
    const refused = await newEpoch(url, '--json')
    expect(refused).toMatchObject({ code: exitCodes.misconfigured, stdout: '' })
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { reason: 'STORE_IN_USE' } })
    await system.close()
    const { code, stdout } = await newEpoch(url)
    expect(code).toBe(exitCodes.ok)
    expect(stdout).toContain(`Before:   ${decodeRevision(revision).epoch}`)
  })

  it('is refused to a store that is not there, holds nothing, or cannot be reached', async () => {
    const missing = await newEpoch(`file:${join(directory, 'missing.db')}`)
    expect(missing).toMatchObject({ code: exitCodes.misconfigured })
    expect(missing.stderr).toContain('missing.db')
    const empty = await newEpoch(await createDatabase(inject('postgresUrl')), '--json')
    expect(JSON.parse(empty.stderr)).toMatchObject({ error: { reason: 'STORE_EMPTY' } })
    expect(await newEpoch('nonsense')).toMatchObject({ code: exitCodes.misconfigured })
    const nowhere = await newEpoch('postgres://x@127.0.0.1:1/x')
    expect(nowhere.code).toBe(exitCodes.unavailable)
  })
})
