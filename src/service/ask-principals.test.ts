import { beforeEach, describe, expect, it } from 'vitest'
import { memoryOptions } from '../../test/support/memory-options.js'
import { noHurry } from '../../test/support/paces.js'
import { ManualClock, ref, ScriptedStore } from '../../test/support/scripted-store.js'
import { CachedEntities } from '../cache/cached-entities.js'
import { createSecret } from '../domain/secret.js'
import { createPrincipalAuthorizer, type PrincipalAuthorizer } from './ask-principals.js'
import { RecentSecrets } from './recent-secrets.js'

const boundMs = 5_000
const secret = createSecret((count) => new Uint8Array(count))
const caller = { secret, ip: '', userAgent: '' }
const question = { action: 'a', resource: undefined, request: undefined, context: undefined }
const asked = [{ ref, question }]

let clock: ManualClock
let store: ScriptedStore
let principals: PrincipalAuthorizer

beforeEach(() => {
  clock = new ManualClock()
  store = new ScriptedStore()
  const entities = new CachedEntities({ store, clock, options: { ...memoryOptions, boundMs } })
  const now = () => clock.wall
  principals = createPrincipalAuthorizer({
    entities,
    secrets: new RecentSecrets((text) => text),
    now,
    pace: noHurry,
  })
})

describe('a caller who may not ask', () => {
  it('is told so, whatever it asks', async () => {
    store.grant(secret)
    await expect(principals.ask(caller, asked)).rejects.toMatchObject({ kind: 'permission-denied' })
    expect(() => principals.askNow(caller, asked)).toThrow('needs the permission')
  })

  it('is unknown once its key is gone', async () => {
    await expect(principals.ask(caller, asked)).rejects.toMatchObject({ kind: 'unauthenticated' })
    const none = { ...caller, secret: 'no key' }
    expect(() => principals.askNow(none, asked)).toThrow('not valid')
  })

  it('is not told so from memory that is older than the bound', async () => {
    store.grant(secret)
    await principals.ask(caller, asked).catch(() => {})
    clock.pass(boundMs + 1)
    expect(principals.askNow(caller, asked)).toBeUndefined()
    store.lock()
    await expect(principals.ask(caller, asked)).rejects.toMatchObject({
      reason: 'PRINCIPAL_LOCKED',
    })
  })
})
