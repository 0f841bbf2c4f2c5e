import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { type Settings, startServer } from '../support/server-process.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-shutdown-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const embedded = (): Settings => ({
  POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
  POSTERN_OWNER_KEY_FILE: join(directory, 'owner.key'),
})
const ownerKey = () => readFileSync(join(directory, 'owner.key'), 'utf8').trim()

function evaluation() {
  const subject = { type: 'api_key', id: ownerKey() }
  return { subject, action: { name: 'a' }, resource: { type: 't', id: '1' } }
}

describe('a server that is told to end', () => {
  it.each([
    { path: '/iam/v1alpha1/check-permissions', asked: () => ({ permissions: [] }) },
    // What memory knows goes another way out.
    { path: '/access/v1/evaluation', asked: evaluation },
  ])('answers what was begun at $path, and keeps no connection', async ({ path, asked }) => {
    const port = await freePort()
    const { kill } = await startServer({
      ...embedded(),
      POSTERN_HTTP_LISTEN: `127.0.0.1:${port}`,
      POSTERN_SHUTDOWN_GRACE: '20s',
    })
    const agent = new Agent({ keepAlive: true })
    const body = JSON.stringify(asked())
    const headers = { 'x-auth-token': ownerKey(), 'content-type': 'application/json' }
    const before = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })
    expect([before.status, before.headers.get('connection')]).toEqual([200, 'keep-alive'])
    const request = httpRequest({
      ...{ agent, port, path, host: '127.0.0.1', method: 'POST' },
      headers: { ...headers, 'content-length': body.length, expect: '100-continue' },
    })
    request.flushHeaders()
    await once(request, 'continue')
    const exit = kill('SIGTERM')
    await refused(port)
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(response.headers.connection).toBe('close')
    expect((await exit).code).toBe(0)
    agent.destroy()
  })

  it('waits no longer than it is told to for a request that never ends', async () => {
    const port = await freePort()
    const { kill } = await startServer({
      ...embedded(),
      POSTERN_HTTP_LISTEN: `127.0.0.1:${port}`,
      POSTERN_SHUTDOWN_GRACE: '1s',
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    const head =
      'POST /access/v1/evaluation HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n'
    socket.write(`${head}content-length: 10\r\nexpect: 100-continue\r\n\r\n`)
    await once(socket, 'data')
    expect((await kill('SIGTERM')).code).toBe(0)
  })
})

/** Resolves when nobody listens there any more. */
async function refused(port: number): Promise<void> {
  await expect
    .poll(async () => {
      const socket = connect(port, '127.0.0.1')
      const [error] = await Promise.race([once(socket, 'error'), once(socket, 'connect')])
      socket.destroy()
      return error?.code
    })
    .toBe('ECONNREFUSED')
}
