import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PermissionSetScopeType } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { WatchNews, WatchServiceService } from '../../src/grpc/gen/postern/v1/watch.js'
import { anApplication, fresh, grant } from '../support/acts.js'
import { refusalOf } from '../support/api.js'
import { freePort } from '../support/free-port.js'
import { startSystem, type TestSystem } from '../support/system.js'
import { isChange, reaches, startWatch } from '../support/watch.js'

describe.each(['on', 'off'])('a watch, with our own transport %s', (wire) => {
  let system: TestSystem
  let metrics: string
  let watcher: { id: string; key: string }
  beforeAll(async () => {
    const port = await freePort()
    metrics = `http://127.0.0.1:${port}/metrics`
    system = await startSystem({
      POSTERN_WIRE: wire,
      POSTERN_HTTP_LISTEN: `127.0.0.1:${port}`,
      // Whoever waits for watches to end by themselves waits for this.
      POSTERN_SHUTDOWN_GRACE: '60s',
    })
    watcher = await aWatcher()
  })
  afterAll(() => system.close())

  /** An application that may watch and nothing else. */
  async function aWatcher() {
    const { owner } = system
    const name = fresh('Watching')
    const scopeType = PermissionSetScopeType.ORGANIZATION
    const permissions = ['iam:decision:watch']
    await owner.permissionSets.createPermissionSet({ name, scopeType, permissions })
    const application = await anApplication(owner)
    await grant(owner, application.id, { permissionSetNames: [name] })
    return application
  }
  const watching = async () =>
    Number(/^postern_watchers (\d+)$/m.exec(await (await fetch(metrics)).text())?.[1])

  it('begins with forgetting, and tells of a change before who made it is answered', async () => {
    const watch = startWatch(system.address, watcher.key)
    const first = await watch.until(() => true)
    expect(first).toMatchObject({
      news: WatchNews.FORGET,
      organizationId: system.founded.organization.id,
      age: { seconds: expect.any(BigInt) },
    })
    const { revision } = await system.owner.groups.createGroup({ name: fresh('group') })
    expect(reaches(revision)(await watch.until(isChange))).toBe(true)
    expect(reaches(revision)(first)).toBe(false)
    watch.cancel()
  })

  it('tells of another organization that the revision moves, and no more', async () => {
    const watch = startWatch(system.address, watcher.key)
    await watch.until(() => true)
    const other = await system.owner.organizations.createOrganization({
      name: 'Other',
      ownerEmail: `${fresh('other')}@other.example`,
    })
    await system.as(other.ownerApiKey).groups.createGroup({ name: 'theirs' })
    const { revision } = await system.as(other.ownerApiKey).groups.createGroup({ name: 'more' })
    await watch.until(reaches(revision))
    const [first, ...rest] = watch.events
    expect(first?.news).toBe(WatchNews.FORGET)
    for (const { news, organizationId } of rest) {
      expect([news, organizationId]).toEqual([WatchNews.NONE, first?.organizationId])
    }
    watch.cancel()
  })

  it('ends with the key that it was begun with', async () => {
    const { id } = await aWatcher()
    const bearer = { $case: 'applicationId', value: id } as const
    const { secret, apiKey } = await system.owner.apiKeys.createApiKey({ bearer })
    const watch = startWatch(system.address, secret)
    await watch.until(() => true)
    await system.owner.apiKeys.deleteApiKey({ accessKey: apiKey?.accessKey ?? '' })
    expect(await watch.refusal).toMatchObject({
      code: status.UNAUTHENTICATED,
      reason: 'CREDENTIAL_INVALID',
    })
    expect(watch.events.filter(isChange)).not.toEqual([])
  })

  it('is for those who hold the permission', async () => {
    const { key } = await anApplication(system.owner)
    const refused = await startWatch(system.address, key).refusal
    expect(refused).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'PERMISSION_DENIED' })
    expect(refused.message).toContain('`iam:decision:watch`')
    expect(await startWatch(system.address, '').refusal).toMatchObject({
      code: status.UNAUTHENTICATED,
      reason: 'CREDENTIAL_MISSING',
    })
  })

  it('of bytes that are no request is refused', async () => {
    const call = system.as(watcher.key).raw(WatchServiceService.watch.path, Buffer.from([0xff]))
    expect(await refusalOf(call)).toMatchObject({ code: status.INVALID_ARGUMENT })
  })

  it('that is cancelled, or whose client is gone, is forgotten', async () => {
    await expect.poll(watching).toBe(0)
    const watches = Array.from({ length: 20 }, () => startWatch(system.address, watcher.key))
    await Promise.all(watches.map((watch) => watch.until(() => true)))
    expect(await watching()).toBe(20)
    for (const watch of watches) watch.cancel()
    await expect.poll(watching).toBe(0)
  })

  it('ends at once when the server stops', async () => {
    const watch = startWatch(system.address, watcher.key)
    await watch.until(() => true)
    const closed = system.close()
    expect(await watch.refusal).toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'SERVER_STOPPING',
    })
    await closed
    system = await startSystem({ POSTERN_WIRE: wire })
  })
})
