import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { DomainError, type ErrorKind } from '../../domain/errors.js'
import { sendError } from './errors.js'

const secret = 'what nobody may see'

async function answerTo(error: unknown) {
  const bugs: unknown[] = []
  const app = fastify()
  app.get('/', (_, reply) => sendError(reply, error, (bug) => bugs.push(bug)))
  const answer = await app.inject('/')
  await app.close()
  return { answer, bugs }
}

function refusal(kind: ErrorKind) {
  return new DomainError(kind, { reason: 'REASON', message: 'message', cause: new Error(secret) })
}

describe('an error that is no decision', () => {
  test.each<[ErrorKind, number]>([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['permission-denied', 403],
    ['not-found', 404],
    ['exhausted', 429],
    ['unavailable', 503],
  ])('of the kind %s has the status %i, and says why', async (kind, status) => {
    const { answer, bugs } = await answerTo(refusal(kind))
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      status,
      'application/json',
    ])
    expect(answer.json()).toEqual({ message: 'message', reason: 'REASON' })
    expect(answer.body).not.toContain(secret)
    expect(bugs).toEqual([])
  })

  test('says when to ask again, where that helps', async () => {
    for (const kind of ['exhausted', 'unavailable'] as const) {
      expect((await answerTo(refusal(kind))).answer.headers['retry-after']).toBe('1')
    }
    expect((await answerTo(refusal('invalid'))).answer.headers['retry-after']).toBe(undefined)
  })

  test('is 500 for a bug, which is told to the log and to nobody else', async () => {
    const bug = new Error(secret)
    const { answer, bugs } = await answerTo(bug)
    expect([answer.statusCode, answer.json()]).toEqual([
      500,
      { message: 'internal error', reason: 'INTERNAL' },
    ])
    expect(bugs).toEqual([bug])
  })
})
