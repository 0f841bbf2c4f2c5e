import type { FastifyRequest } from 'fastify'
import type { Decision } from '../../domain/decision.js'
import { RecordReader } from '../../domain/record-reader.js'
import { type Administration, unauthenticated } from '../../service/administration.js'
import type { AuthorizeInput, Authorizer, BatchAnswer } from '../../service/authorize.js'
import { type Decided, minimizeLatency } from '../../service/entities.js'
import { encodeRevision } from '../../service/revision.js'
import { type Answer, sessionOf } from './calls.js'
import { createCheckNow } from './check-now.js'
import { Input } from './input.js'
import { iam, type Route } from './route.js'

export interface CheckPermissionsDeps {
  readonly administration: Administration
  readonly authorizer: Authorizer
}

/** Answered from memory, like any other question: the caller asks about itself. */
export function checkPermissionsRoutes(deps: CheckPermissionsDeps): Route[] {
  return [
    {
      method: 'POST',
      path: `${iam}/check-permissions`,
      id: 'CheckPermissions',
      summary: 'Ask what the calling key may do',
      body: ['permissions*'],
      answer: 'CheckPermissionsResponse',
      respondNow: createCheckNow(deps.authorizer),
      respond: (request) => check(deps, request),
    },
  ]
}

async function check(
  { administration, authorizer }: CheckPermissionsDeps,
  request: FastifyRequest,
): Promise<Answer> {
  const session = sessionOf(request)
  if (session.secret === '') throw unauthenticated('CREDENTIAL_MISSING')
  const input = new Input(request)
  const questions = toQuestions(input, session)
  // Without a question, there is still somebody to be told that its key is no good.
  if (questions.length === 0 || input.v.failed) {
    const { revision } = await administration.read(session, async () => undefined)
    input.v.finish()
    return { status: 200, body: { responses: [] }, revision: encodeRevision(revision) }
  }
  const batch = authorizer.batch(questions)
  const decided = batch.answerNow() ?? (await batch.answer({ consistency: minimizeLatency }))
  return toAnswer(decided)
}

/** Also the truth that the quick way must agree with. */
export function toQuestions(
  { body, v }: Input,
  session: { readonly secret: string; readonly ip: string; readonly userAgent: string },
): AuthorizeInput[] {
  const { secret: apiKey, ...facts } = session
  return body.list('permissions', (field, raw) => {
    const permission = new RecordReader(v, field, raw)
    const parts = ['service', 'name', 'action'].map((name) => permission.requiredText(name))
    const projectId = permission.text('project_id')
    const organizationId = permission.text('organization_id')
    if (projectId !== '' && organizationId !== '') {
      v.fail(`${field}.scope`, 'CONSTRAINT', 'must be only one of project_id and organization_id')
    }
    const blank = { type: '', id: '', name: '', locality: '', attributes: undefined }
    return {
      apiKey,
      action: parts.join(':'),
      resource: { ...blank, organizationId, projectId },
      request: facts,
      context: undefined,
    }
  })
}

function toAnswer({ value, revision }: Decided<readonly BatchAnswer[]>): Answer {
  const responses = value.map((answer) => {
    if ('error' in answer) throw answer.error
    requireCredential(answer.decision)
    return { decision: answer.decision.effect, reason: answer.decision.reason }
  })
  const text = encodeRevision(revision)
  return { status: 200, body: { responses, revision: text }, revision: text }
}

/** A key that is no good is an answer elsewhere; here it is the caller's own. */
function requireCredential({ reason }: Decision): void {
  if (reason === 'KEY_EXPIRED') throw unauthenticated('CREDENTIAL_EXPIRED')
  if (reason === 'KEY_MALFORMED' || reason === 'KEY_NOT_FOUND') {
    throw unauthenticated('CREDENTIAL_INVALID')
  }
}
