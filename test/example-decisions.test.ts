import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseDocument } from '../src/domain/document-parser.js'
import { parseQuestion } from '../src/domain/question.js'
import { parsed } from '../src/domain/validation.js'
import { offlineWorld } from './support/offline.js'

// The questions at the head of the example, those that depend asked both ways.

const source = readFileSync(new URL('../examples/acme.yaml', import.meta.url), 'utf8')
const document = parsed((v) => parseDocument(v, '', parse(source)))
const world = offlineWorld([{ name: 'acme', document, pending: [], keys: [] }])

interface Tour {
  readonly asks: string
  readonly on: string
  readonly ip?: string
  readonly at?: string
  readonly site?: string
  readonly answer: string
}

const rawTelemetry = 'research object/telemetry-raw/a'
const database = 'production server/db-1'
const arm = 'production arm/a-7'
const tour: readonly Tour[] = [
  { asks: 'ci-runner compute:servers:start', on: 'staging server/web-1', answer: 'RULE' },
  {
    asks: 'ci-runner compute:servers:start',
    on: 'production server/web-1',
    answer: 'NO_MATCHING_RULE',
  },
  { asks: 'mei@acme.example storage:object:read', on: rawTelemetry, answer: 'RULE' },
  { asks: 'mei@acme.example storage:object:delete', on: rawTelemetry, answer: 'EXPLICIT_DENY' },
  { asks: 'lena@acme.example storage:object:delete', on: rawTelemetry, answer: 'EXPLICIT_DENY' },
  {
    asks: 'ada@acme.example compute:servers:delete',
    on: 'production server/web-1',
    answer: 'RULE',
  },
  { asks: 'ada@acme.example compute:servers:delete', on: database, ip: '10.1.2.3', answer: 'RULE' },
  {
    asks: 'ada@acme.example compute:servers:delete',
    on: database,
    ip: '192.0.2.1',
    answer: 'EXPLICIT_DENY',
  },
  { asks: 'ada@acme.example compute:servers:delete', on: database, answer: 'EXPLICIT_DENY' },
  {
    asks: 'sofia@acme.example secret_manager:secret:access',
    on: 'production secret/db-password',
    answer: 'NO_MATCHING_RULE',
  },
  { asks: 'noor@acme.example robots:arm:move', on: arm, site: 'lyon', answer: 'RULE' },
  {
    asks: 'noor@acme.example robots:arm:move',
    on: arm,
    site: 'gdansk',
    answer: 'NO_MATCHING_RULE',
  },
  {
    asks: 'noor@acme.example robots:arm:move',
    on: arm,
    site: 'lyon',
    at: '2026-06-15T21:00:00Z',
    answer: 'EXPLICIT_DENY',
  },
]

test.each(tour)('$asks on $on, from $ip, at $at, site $site: $answer', (question) => {
  expect(answerTo(question)).toBe(question.answer)
})

function answerTo({ asks, on, ip = '', at = '2026-06-15T10:00:00Z', site }: Tour): string {
  const [name = '', action = ''] = asks.split(' ')
  const [project = '', path = ''] = on.split(' ')
  const [type = '', ...segments] = path.split('/')
  const resource = {
    organizationId: '',
    projectId: world.findProjectId('acme', project) ?? '',
    type,
    id: segments.join('/'),
    name: '',
    locality: '',
    attributes: site === undefined ? {} : { site },
  }
  const raw = { action, resource, request: { ip, userAgent: '' }, context: {} }
  const question = parsed((v) => parseQuestion(v, '', raw))
  const bearer = { type: name.includes('@') ? 'user' : 'application', name } as const
  const asker = { kind: 'principal', organization: 'acme', bearer } as const
  return world.decide(asker, question, Date.parse(at)).reason
}
