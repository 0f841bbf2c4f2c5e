import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js'
import express, { type Request, type Response } from 'express'
import fastify from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createPosternClient, type PosternClient, PosternError } from '../../src/client/client.js'
import { type GuardedFastifyRequest, posternFastifyHook } from '../../src/client/fastify-hook.js'
import { posternInterceptor } from '../../src/client/grpc-interceptor.js'
import { type GuardedRequest, posternMiddleware } from '../../src/client/http-middleware.js'
import { anAdministrator } from '../support/acts.js'
import { freePort } from '../support/free-port.js'
import { startSystem, type TestSystem } from '../support/system.js'

let system: TestSystem
let client: PosternClient
let key: string
const open: (() => Promise<unknown> | unknown)[] = []

beforeAll(async () => {
  system = await startSystem()
  client = createPosternClient({ address: system.address, timeoutMs: 10_000 })
  key = (await anAdministrator(system.owner, 'IAMReadOnly')).key
})
afterAll(async () => {
  client.close()
  await system.close()
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const mayList = () => ({ apiKey: key, action: 'iam:group:list' })
const mayDelete = () => ({ apiKey: key, action: 'iam:group:delete' })

describe('a client', () => {
  it('is told allow with the policy, and deny with the reason', async () => {
    expect(await client.authorize(mayList())).toMatchObject({
      allowed: true,
      reason: 'RULE',
      credentialValid: true,
      principal: { type: 'application' },
      policyName: expect.stringMatching(/^policy/),
    })
    expect(await client.authorize(mayDelete())).toMatchObject({
      allowed: false,
      reason: 'NO_MATCHING_RULE',
      policyId: '',
    })
    expect(await client.authorize({ apiKey: 'garbage', action: 'a:b' })).toMatchObject({
      allowed: false,
      reason: 'KEY_MALFORMED',
      credentialValid: false,
    })
  })

  it('asks what is asked at once in one call, each answered by itself', async () => {
    const asked = Array.from({ length: 1_500 }, (_, i) =>
      client.allows(i % 3 === 0 ? mayList() : mayDelete()),
    )
    const bad = client.authorize({ apiKey: key, action: 'a b' })
    await expect(bad).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [expect.objectContaining({ field: 'action' })],
    })
    const answers = await Promise.all(asked)
    expect(answers.filter((allowed) => allowed)).toHaveLength(500)
  })

  it('is told what is wrong with a question, by field', async () => {
    const refusal = await client.authorize({ apiKey: key, action: '' }).catch((error) => error)
    expect(refusal).toBeInstanceOf(PosternError)
    expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT' })
    expect(refusal.violations[0]).toMatchObject({ field: 'action', reason: 'REQUIRED' })
    expect(refusal.isRetryable).toBe(false)
  })

  it('lets nobody through when nobody answers', async () => {
    const lost = createPosternClient({ address: `127.0.0.1:${await freePort()}` })
    open.push(() => lost.close())
    expect(await lost.allows(mayList())).toBe(false)
    await expect(lost.authorize(mayList())).rejects.toMatchObject({
      name: 'PosternError',
      isRetryable: true,
    })
  })
})

const get = async (url: string, authorization?: string) => {
  const response = await fetch(url, authorization ? { headers: { authorization } } : {})
  return `${response.status} ${await response.text()}`
}

describe('a guarded HTTP server', () => {
  const serve = async (guardian: Pick<PosternClient, 'authorize'>): Promise<string> => {
    const middleware = posternMiddleware({
      client: guardian,
      toQuestion: ({ url }) => {
        if (url === '/odd') throw new Error('no such thing')
        return { action: url === '/list' ? 'iam:group:list' : 'iam:group:delete' }
      },
    })
    const server = createServer((request: GuardedRequest, response) => {
      void middleware(request, response, () => response.end(request.postern?.reason))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    open.push(() => server.close())
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }
  it('lets through what is allowed, and tells the others why not', async () => {
    const url = await serve(client)
    expect(await get(`${url}/list`, `Bearer ${key}`)).toBe('200 RULE')
    expect(await get(`${url}/other`, `Bearer ${key}`)).toBe('403 {"message":"not allowed"}')
    expect(await get(`${url}/list`, 'Bearer garbage')).toMatch(/^401 /)
    expect(await get(`${url}/list`)).toMatch(/^401 /)
    expect(await get(`${url}/list`, `Basic ${key}`)).toMatch(/^401 /)
    expect(await get(`${url}/odd`, `Bearer ${key}`)).toMatch(/^401 /)
  })

  it('lets nobody through while Postern is down', async () => {
    const lost = createPosternClient({ address: `127.0.0.1:${await freePort()}` })
    open.push(() => lost.close())
    const url = await serve(lost)
    expect(await get(`${url}/list`, `Bearer ${key}`)).toMatch(/^503 /)
  })
})

describe('a guarded Fastify server', () => {
  it('has handlers that see only requests that are allowed', async () => {
    const reached: string[] = []
    const ended: number[] = []
    const server = fastify()
    server.addHook(
      'onRequest',
      posternFastifyHook({
        client,
        toQuestion: ({ url }) => ({ action: url === '/list' ? 'iam:group:list' : 'a:b:c' }),
      }),
    )
    server.addHook('onResponse', async (_, reply) => void ended.push(reply.statusCode))
    server.get('/*', async (request) => {
      reached.push(request.url)
      return (request as GuardedFastifyRequest).postern?.reason
    })
    const url = await server.listen({ host: '127.0.0.1', port: 0 })
    open.push(() => server.close())
    expect(await get(`${url}/list`, `Bearer ${key}`)).toBe('200 RULE')
    expect(await get(`${url}/other`, `Bearer ${key}`)).toBe('403 {"message":"not allowed"}')
    expect(await get(`${url}/list`, 'Bearer garbage')).toMatch(/^401 .*not valid/)
    const challenged = await fetch(`${url}/list`)
    expect(challenged.headers.get('www-authenticate')).toBe('Bearer')
    expect(reached).toEqual(['/list'])
    await expect.poll(() => ended).toEqual([200, 403, 401, 401])
  })
})

describe('a guarded Express server', () => {
  it('has handlers that see only requests that are allowed', async () => {
    const reached: string[] = []
    const app = express()
    app.use(
      posternMiddleware({
        client,
        toQuestion: ({ url }) => ({ action: url === '/list' ? 'iam:group:list' : 'a:b:c' }),
      }),
    )
    app.use((request: Request & GuardedRequest, response: Response) => {
      reached.push(request.url)
      response.send(request.postern?.reason)
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    expect(await get(`${url}/list`, `Bearer ${key}`)).toBe('200 RULE')
    expect(await get(`${url}/other`, `Bearer ${key}`)).toMatch(/^403 /)
    expect(await get(`${url}/list`)).toMatch(/^401 /)
    expect(reached).toEqual(['/list'])
  })
})

describe('a guarded gRPC server', () => {
  const path = '/test.Guarded/Do'
  const identity = (bytes: Buffer) => bytes
  const codec = {
    ...{ requestSerialize: identity, requestDeserialize: identity },
    ...{ responseSerialize: identity, responseDeserialize: identity },
  }

  it('has handlers that see only calls that are allowed', async () => {
    let seen = 0
    const server = new Server({
      interceptors: [
        posternInterceptor({
          client,
          toQuestion: (_, metadata) => ({ action: String(metadata.get('x-action')[0]) }),
        }),
      ],
    })
    server.addService(
      { do: { path, requestStream: false, responseStream: false, ...codec } },
      {
        do: (_: unknown, callback: (error: null, answer: Buffer) => void) => {
          seen += 1
          callback(null, Buffer.from('done'))
        },
      },
    )
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    )
    open.push(() => server.forceShutdown())
    const caller = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    open.push(() => caller.close())
    const call = (secret: string, action: string) =>
      new Promise<string | number>((resolve) => {
        const metadata = new Metadata()
        metadata.set('authorization', `Bearer ${secret}`)
        metadata.set('x-action', action)
        caller.makeUnaryRequest(path, identity, identity, Buffer.of(), metadata, (error, answer) =>
          resolve(error ? error.code : String(answer)),
        )
      })
    expect(await call(key, 'iam:group:list')).toBe('done')
    expect(await call(key, 'iam:group:delete')).toBe(status.PERMISSION_DENIED)
    expect(await call('garbage', 'iam:group:list')).toBe(status.UNAUTHENTICATED)
    expect(seen).toBe(1)
  })
})
