import { describe, expect, it, test } from 'vitest'
import { DomainError } from '../errors.js'
import { parsed } from '../validation.js'
import { isMapped, mapRequest, type RequestHead } from './route.js'
import { parseOverride, parseRoutes, type RouteOverride } from './route-parser.js'

const routes = parsed((v) =>
  parseRoutes(v, {
    routes: [
      {
        host: 'admin.acme.test',
        path: '/{any**}',
        action: 'admin:{method}',
      },
      {
        methods: ['GET', 'HEAD'],
        path: '/v1/projects/{project}/servers/{id}',
        action: 'compute:servers:read',
        resource: { project_id: '{project}', type: 'server', id: '{id}' },
      },
      {
        methods: ['POST'],
        path: '/v1/servers/{id}:start',
        action: 'compute:servers:start',
        resource: { type: 'server', id: '{id}' },
      },
      { path: '/v1/servers', action: 'compute:servers:{method}', resource: { type: 'server' } },
      {
        path: '/files/{path**}',
        action: 'files:{method}',
        resource: { type: 'file', id: 'root/{path}' },
      },
      { path: '/do/{verb}', action: 'do:{verb}', resource: { type: 'x-{verb}' } },
      { path: '/', action: 'home:read' },
    ],
  }),
)

function ask(method: string, target: string, host = 'api.acme.test'): string {
  const mapped = mapRequest(routes, { method, target, host })
  if (!isMapped(mapped)) return mapped.reason
  const { type, id, projectId } = mapped.resource
  return [mapped.action, type, id, projectId].filter((part) => part !== '').join(' ')
}

describe('a request becomes a question', () => {
  test.each([
    ['GET', '/v1/projects/p/servers/s-1?x=1', 'compute:servers:read server s-1 p'],
    ['HEAD', '/v1/projects/p/servers/s-1', 'compute:servers:read server s-1 p'],
    ['POST', '/v1/projects/p/servers/s-1', 'NO_ROUTE'],
    ['POST', '/v1/servers/s-1:start', 'compute:servers:start server s-1'],
    ['POST', '/v1/servers/:start', 'NO_ROUTE'],
    ['POST', '/v1/servers/s-1:stop', 'NO_ROUTE'],
    ['DELETE', '/v1/servers', 'compute:servers:delete server'],
    ['DELETE', '/v1/servers/', 'NO_ROUTE'],
    ['DELETE', '/V1/servers', 'NO_ROUTE'],
    ['GET', '/files/a/b%20c', 'files:get file root/a/b c'],
    ['GET', '/files/', 'NO_ROUTE'],
    ['GET', '/files', 'NO_ROUTE'],
    ['GET', '/files/a/', 'NO_ROUTE'],
    ['GET', '/files/a/../b', 'REQUEST_NOT_CANONICAL'],
    ['GET', '/do/this', 'do:this x-this'],
    ['GET', '/do/a:b', 'NO_ROUTE'],
    ['GET', '/do/%2A', 'NO_ROUTE'],
    ['GET', '/', 'home:read'],
    ['get', '/', 'REQUEST_NOT_CANONICAL'],
    ['', '/', 'REQUEST_NOT_CANONICAL'],
    ['GET /', '/', 'REQUEST_NOT_CANONICAL'],
    ['GET', '/none', 'NO_ROUTE'],
  ])('%s %s: %s', (method, target, question) => {
    expect(ask(method, target)).toBe(question)
  })
})

describe('a host has one spelling', () => {
  test.each([
    ['admin.acme.test', 'admin:get'],
    ['ADMIN.acme.test:8443', 'admin:get'],
    ['admin.acme.test.', 'REQUEST_NOT_CANONICAL'],
    ['admin.acme.test/../', 'REQUEST_NOT_CANONICAL'],
    ['user@admin.acme.test', 'REQUEST_NOT_CANONICAL'],
    ['admin.acme.test,api.acme.test', 'REQUEST_NOT_CANONICAL'],
    ['admin.acme.test ', 'REQUEST_NOT_CANONICAL'],
    ['[::1]:80', 'NO_ROUTE'],
    ['', 'REQUEST_NOT_CANONICAL'],
  ])('`%s`: %s', (host, question) => {
    expect(ask('GET', '/none', host)).toBe(question)
  })

  it('must be told only where a route that would fit asks for one', () => {
    const some = parsed((v) =>
      parseRoutes(v, {
        routes: [
          { path: '/first', action: 'first:read' },
          { host: 'admin.acme.test', methods: ['GET'], path: '/{any**}', action: 'admin:read' },
          { path: '/{any**}', action: 'any:{method}' },
        ],
      }),
    )
    const without = (method: string, target: string) => {
      const mapped = mapRequest(some, { method, target, host: '' })
      return isMapped(mapped) ? mapped.action : mapped.reason
    }
    expect(without('GET', '/first')).toBe('first:read')
    expect(without('GET', '/second')).toBe('REQUEST_NOT_CANONICAL')
    expect(without('POST', '/second')).toBe('any:post')
  })
})

describe('a proxy may say itself what a route of it asks', () => {
  const head: RequestHead = { method: 'GET', target: '/v1/s-1', host: '' }
  const through = (override: RouteOverride) =>
    mapRequest([parsed((v) => parseOverride(v, override))], head)

  it('takes the action alone for the organization itself', () => {
    expect(through({ action: 'a:b' })).toMatchObject({ action: 'a:b', resource: { id: '' } })
  })

  it('fills variables of its own path', () => {
    const override = { action: 'a:{method}', path: '/v1/{id}', type: 'server', id: '{id}' }
    expect(through(override)).toMatchObject({
      action: 'a:get',
      resource: { type: 'server', id: 's-1' },
    })
  })

  it('fits no other path than its own', () => {
    expect(through({ action: 'a:b', path: '/v2/{id}' })).toMatchObject({ reason: 'NO_ROUTE' })
  })
})

describe('a file of routes that is wrong is refused by the field', () => {
  const good = { path: '/a/{id}', action: 'a:b' }
  test.each<[string, unknown]>([
    ['', 'text'],
    ['routes', { routes: {} }],
    ['rules', { rules: [] }],
    ['routes[0].path', { routes: [{ action: 'a:b' }] }],
    ['routes[0].path', { routes: [{ ...good, path: 'a' }] }],
    ['routes[0].path', { routes: [{ ...good, path: '/a/../b' }] }],
    ['routes[0].path', { routes: [{ ...good, path: '/a//b' }] }],
    ['routes[0].path', { routes: [{ ...good, path: '/a%20b' }] }],
    ['routes[0].path', { routes: [{ ...good, path: '/{a}{b}' }] }],
    ['routes[0].path', { routes: [{ ...good, path: '/{a**}/b' }] }],
    ['routes[0].path', { routes: [{ ...good, path: '/{a}/{a}' }] }],
    ['routes[0].action', { routes: [{ path: '/a' }] }],
    ['routes[0].action', { routes: [{ ...good, action: 'a b' }] }],
    ['routes[0].action', { routes: [{ ...good, action: 'a:{b}' }] }],
    ['routes[0].action', { routes: [{ ...good, action: 'a:{id' }] }],
    ['routes[0].methods[0]', { routes: [{ ...good, methods: ['get'] }] }],
    ['routes[0].host', { routes: [{ ...good, host: 'Acme.test' }] }],
    ['routes[0].resource.id', { routes: [{ ...good, resource: { id: '{di}' } }] }],
    ['routes[0].resource.kind', { routes: [{ ...good, resource: { kind: 'a' } }] }],
    ['routes[0].methood', { routes: [{ ...good, methood: 'GET' }] }],
  ])('%s', (field, raw) => {
    expect(fieldOf(() => parsed((v) => parseRoutes(v, raw)))).toBe(field)
  })
})

function fieldOf(parse: () => unknown): string | undefined {
  try {
    parse()
  } catch (error) {
    if (error instanceof DomainError) return error.violations[0]?.field
  }
  return undefined
}
