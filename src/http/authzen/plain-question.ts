import type { RawQuestion, RawResource } from '../../domain/question.js'
import type { SubjectName } from '../../service/subject.js'
import { isRecord } from './parts.js'

/** A question as the services take it. */
export interface PlainQuestion {
  readonly subject: SubjectName
  readonly question: RawQuestion
}

/**
 * Reads an evaluation of the plain kind, which nearly all are: the members that must be there, and
 * of the properties those alone that decisions know by name. Answers `undefined` for any other, good
 * or not, which is for `readQuestion`: there is one truth about what is good, and this is only the
 * quick way to it. `body` is what JSON was decoded to; `organizationId`: the one of the path, or
 * empty.
 */
export function readPlainQuestion(
  body: unknown,
  organizationId: string,
): PlainQuestion | undefined {
  if (!isMembers(body)) return undefined
  const { subject, action, resource, context } = body
  if (!isMembers(subject) || !isMembers(action) || !isMembers(resource)) return undefined
  const { type, id, properties } = subject
  const { name, properties: ofAction } = action
  if (properties !== undefined || ofAction !== undefined) return undefined
  if (!isGiven(type) || !isGiven(id) || !isGiven(name)) return undefined
  const request = readRequest(context)
  const read = readResource(resource, organizationId)
  if (!request || !read) return undefined
  return { subject: { type, id }, question: { action: name, resource: read, request, context } }
}

/** Of a record whose members nobody knows. */
type Members = { readonly [name: string]: unknown }

function isMembers(value: unknown): value is Members {
  return isRecord(value)
}

function isGiven(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

const noRequest = { ip: '', userAgent: '' } as const

function readRequest(context: unknown): RawQuestion['request'] {
  if (context === undefined) return noRequest
  if (!isMembers(context)) return undefined
  const { ip = '', user_agent: userAgent = '' } = context
  return typeof ip === 'string' && typeof userAgent === 'string' ? { ip, userAgent } : undefined
}

function readResource(resource: Members, ofPath: string): RawResource | undefined {
  const { type, id, properties } = resource
  if (typeof type !== 'string' || typeof id !== 'string') return undefined
  let organizationId = ''
  let projectId = ''
  let name = ''
  let locality = ''
  if (properties !== undefined) {
    if (!isMembers(properties)) return undefined
    for (const member in properties) {
      const value = properties[member]
      if (typeof value !== 'string') return undefined
      if (member === 'project_id') projectId = value
      else if (member === 'organization_id') organizationId = value
      else if (member === 'name') name = value
      else if (member === 'locality') locality = value
      else return undefined
    }
  }
  if (organizationId === '') organizationId = ofPath
  else if (ofPath !== '' && ofPath !== organizationId) return undefined
  return { organizationId, projectId, type, id, name, locality, attributes: undefined }
}
