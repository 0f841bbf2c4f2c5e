import { describe, expect, test } from 'vitest'
import { parseQuestion, type RawQuestion, type RawResource, resourcePath } from './question.js'
import { Validation } from './validation.js'

const projectId = '00000000-0000-4000-8000-000000000001'
const emptyResource: RawResource = {
  organizationId: '',
  projectId: '',
  type: '',
  id: '',
  name: '',
  locality: '',
  attributes: undefined,
}

function read(parts: Partial<RawQuestion>, resource: Partial<RawResource> = {}) {
  const v = new Validation()
  const raw = { action: 'a:b', request: undefined, context: undefined, ...parts }
  const question = parseQuestion(v, '', { resource: { ...emptyResource, ...resource }, ...raw })
  return { question, problem: v.violations.map(({ field, reason }) => `${field} ${reason}`).join() }
}

test('leaves out what was not given', () => {
  expect(read({ request: { ip: '', userAgent: '' } })).toEqual({
    question: {
      action: 'a:b',
      resource: { attributes: {}, path: '' },
      request: {},
      context: {},
    },
    problem: '',
  })
})

test('keeps what was given', () => {
  const resource = { projectId, type: 'server', id: 'web-1', name: 'Web', locality: 'par-1' }
  const request = { ip: '10.1.2.3', userAgent: 'curl' }
  const attributes = { site: 'lyon' }
  expect(read({ request, context: { a: 1 } }, { ...resource, attributes }).question).toEqual({
    action: 'a:b',
    resource: { ...resource, attributes, path: 'server/web-1' },
    request,
    context: { a: 1 },
  })
})

describe('an action', () => {
  test.each([
    ['compute:servers:start', ''],
    ['a'.repeat(256), ''],
    ['действие', ''],
    ['', 'action REQUIRED'],
    ['a'.repeat(257), 'action TOO_LONG'],
    ['a*', 'action FORMAT'],
    ['a b', 'action FORMAT'],
    ['a\tb', 'action FORMAT'],
    ['a\u00a0b', 'action FORMAT'],
    ['a\u200b', 'action FORMAT'],
    ['a\ud800', 'action FORMAT'],
  ])('`%s`: %s', (action, problem) => {
    expect(read({ action }).problem).toBe(problem)
  })
})

describe('a resource', () => {
  test.each<[Partial<RawResource>, string]>([
    [{ id: 'a/b//c' }, ''],
    [{ id: '*' }, ''],
    [{ id: 'a%20b' }, ''],
    [{ id: 'caf\u00e9' }, ''],
    [{ id: 'a'.repeat(1_024) }, ''],
    [{ id: 'a'.repeat(1_025) }, 'resource.id TOO_LONG'],
    [{ id: '..' }, 'resource.id FORMAT'],
    [{ id: 'a/./b' }, 'resource.id FORMAT'],
    [{ id: 'a/..' }, 'resource.id FORMAT'],
    [{ id: 'a%2Eb' }, 'resource.id FORMAT'],
    [{ id: 'a%5cb' }, 'resource.id FORMAT'],
    [{ id: 'a%2525' }, 'resource.id FORMAT'],
    [{ id: 'cafe\u0301' }, 'resource.id FORMAT'],
    [{ id: 'a\u0000' }, 'resource.id FORMAT'],
    [{ type: 'k8s.io:Pod_v1-x' }, ''],
    [{ type: 'a'.repeat(129) }, 'resource.type TOO_LONG'],
    [{ type: 'a/b' }, 'resource.type FORMAT'],
    [{ type: '*' }, 'resource.type FORMAT'],
    [{ name: 'a\nb' }, 'resource.name FORMAT'],
    [{ locality: 'a'.repeat(1_025) }, 'resource.locality TOO_LONG'],
    [{ projectId: 'staging' }, 'resource.project_id FORMAT'],
    [{ organizationId: projectId.replaceAll('0', 'A') }, 'resource.organization_id FORMAT'],
    [{ attributes: 'a' }, 'resource.attributes FORMAT'],
  ])('%j: %s', (resource, problem) => {
    expect(read({}, resource).problem).toBe(problem)
  })

  test('must be given', () => {
    expect(read({ resource: undefined }).problem).toBe('resource REQUIRED')
  })

  test.each([
    ['server', 'web-1', 'server/web-1'],
    ['server', undefined, 'server'],
    [undefined, 'web-1', 'web-1'],
    [undefined, undefined, ''],
  ])('of type %s and id %s has the path `%s`', (type, id, path) => {
    expect(resourcePath(type, id)).toBe(path)
  })
})

test.each([
  [{ ip: '010.0.0.1', userAgent: '' }, 'request.ip FORMAT'],
  [{ ip: 'fe80::1%eth0', userAgent: '' }, 'request.ip FORMAT'],
  [{ ip: '2001:db8::1', userAgent: 'a'.repeat(4_096) }, ''],
  [{ ip: '', userAgent: 'a'.repeat(4_097) }, 'request.user_agent TOO_LONG'],
])('a request %#: %s', (request, problem) => {
  expect(read({ request }).problem).toBe(problem)
})

test('tells of everything that is wrong, and where in a batch', () => {
  const v = new Validation()
  const resource = { ...emptyResource, type: 'a b' }
  const raw = { action: '', resource, request: undefined, context: [] }
  parseQuestion(v, 'questions[1].', raw)
  expect(v.violations.map(({ field }) => field)).toEqual([
    'questions[1].action',
    'questions[1].resource.type',
    'questions[1].context',
  ])
})
