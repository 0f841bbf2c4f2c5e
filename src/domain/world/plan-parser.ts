import { readDocumentLists } from '../document-parser.js'
import { parseInstant } from '../instant.js'
import type { RecordReader } from '../record-reader.js'
import type { BearerName, KeyPlan, OrganizationPlan } from './plan.js'

/** An organization as a file of decisions has it: a document's lists, with keys beside them. */
export function readOrganizationPlan(record: RecordReader): OrganizationPlan {
  return {
    name: record.requiredText('name'),
    document: readDocumentLists(record),
    pending: record.texts('pending'),
    keys: record.records('keys', readKey),
  }
}

function readKey(record: RecordReader): KeyPlan {
  return {
    name: record.requiredText('name'),
    bearer: readBearer(record),
    ...(record.has('expires_at') && {
      expiresAtMs: parseInstant(record.v, record.at('expires_at'), record.text('expires_at')),
    }),
    narrowing: {
      actions: record.texts('actions'),
      resources: record.texts('resources'),
      projects: record.texts('projects'),
      sourceCidrs: record.texts('source_cidrs'),
    },
  }
}

function readBearer(record: RecordReader): BearerName {
  if (record.has('user') === record.has('application')) {
    record.v.fail(record.field, 'REQUIRED', 'must have exactly one of user and application')
  }
  const type = record.has('application') ? 'application' : 'user'
  return { type, name: record.text(type) }
}
