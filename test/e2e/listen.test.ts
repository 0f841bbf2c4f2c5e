import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ask } from '../support/acts.js'
import { startSystem } from '../support/system.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-listen-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it('serves a UNIX socket, whose peers may ask without a key of their own', async () => {
  const socket = `unix:${join(directory, 'postern.sock')}`
  const system = await startSystem({ POSTERN_LISTEN: socket })
  expect(system.address).toBe(socket)
  const answer = await ask(system.as(''), system.founded.ownerKey.secret, { action: 'a:b:c' })
  expect(answer).toBe('allow OWNER')
  expect((await system.owner.users.getUser()).email).toBe('owner@acme.example')
  await system.close()
})
