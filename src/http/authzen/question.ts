import type { RawQuestion, RawResource } from '../../domain/question.js'
import { RecordReader } from '../../domain/record-reader.js'
import { isResourceProperty } from '../../domain/registered-resource.js'
import { Validation } from '../../domain/validation.js'
import type { SubjectName } from '../../service/subject.js'
import { isRecord, type Part, type Parts, readEntity, readProperties } from './parts.js'

/** One question as the services take it. */
export interface Asked {
  readonly subject: SubjectName
  readonly question: RawQuestion
  /** What it was read from. */
  readonly parts: Parts
}

/** The type of the subject whose id is a secret: it is never repeated, anywhere. */
export const keyType = 'api_key'

/**
 * Reads one question. Members that nobody knows are ignored, as the standard wants it. Throws
 * `invalid`, naming all that is missing or of the wrong type. `organizationId`: the one of the path;
 * empty: none.
 */
export function readQuestion(parts: Parts, organizationId: string): Asked {
  const v = new Validation()
  const subject = readSubject(v, parts.subject)
  const question = {
    action: readAction(v, parts.action),
    resource: readResource(v, parts.resource, organizationId),
    ...readContext(v, parts.context),
  }
  v.finish()
  return { subject, question, parts }
}

export function readSubject(v: Validation, part: Part | undefined): SubjectName {
  const record = readEntity(v, 'subject', part)
  readProperties(record)
  return { type: record.requiredText('type'), id: record.requiredText('id') }
}

export function readAction(v: Validation, part: Part | undefined): string {
  const record = readEntity(v, 'action', part)
  readProperties(record)
  return record.requiredText('name')
}

/** Both texts must be there, and may be empty: a type alone is a collection of things. */
export function readResource(
  v: Validation,
  part: Part | undefined,
  organizationId: string,
): RawResource {
  const record = readEntity(v, 'resource', part)
  return {
    type: presentText(record, 'type'),
    id: presentText(record, 'id'),
    ...readResourceProperties(record, organizationId),
  }
}

function presentText(record: RecordReader, key: string): string {
  if (!record.has(key)) record.v.fail(record.at(key), 'REQUIRED', 'must be given')
  return record.text(key)
}

export function readResourceProperties(
  record: RecordReader,
  organizationId: string,
): Omit<RawResource, 'type' | 'id'> {
  const properties = readProperties(record)
  const named = properties.text('organization_id')
  if (organizationId !== '' && named !== '' && named !== organizationId) {
    const field = properties.at('organization_id')
    properties.v.fail(field, 'CONSTRAINT', 'must be the organization of the path')
  }
  return {
    organizationId: named || organizationId,
    projectId: properties.text('project_id'),
    name: properties.text('name'),
    locality: properties.text('locality'),
    attributes: attributesIn(record.raw('properties')),
  }
}

/** All properties that decisions do not know by name. */
function attributesIn(properties: unknown): unknown {
  return isRecord(properties) ? attributesAmong(properties) : undefined
}

export function attributesAmong(properties: object): object {
  const entries = Object.entries(properties)
  return Object.fromEntries(entries.filter(([name]) => !isResourceProperty(name)))
}

/** The context, and what it tells of the request that is asked about; conditions see both. */
export function readContext(v: Validation, part: Part | undefined) {
  const record = new RecordReader(v, part?.field ?? 'context', part?.raw ?? {})
  const request = { ip: record.text('ip'), userAgent: record.text('user_agent') }
  return { request, context: part?.raw }
}
