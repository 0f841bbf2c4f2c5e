import { parseAttributes, questionAttributeLimits } from './attributes.js'
import { CheckedTexts } from './checked-texts.js'
import type { Attributes } from './condition/condition.js'
import { type OrganizationId, type ProjectId, parseOptionalId } from './ids.js'
import { canonicalIpAddress } from './ip-range.js'
import { isPrintable, ownText } from './text.js'
import type { Validation } from './validation.js'

/**
 * What is asked about: may somebody do `action` to `resource`? Its action and the ids of its resource
 * are in memory of their own, as `ownText` has it, so that they may be remembered.
 */
export interface Question {
  readonly action: string
  readonly resource: Resource
  readonly request: RequestFacts
  /** Whatever else conditions may read. */
  readonly context: Attributes
}

/** A resource without a project belongs to the organization itself. */
export interface Resource {
  readonly organizationId?: OrganizationId
  readonly projectId?: ProjectId
  readonly type?: string
  readonly id?: string
  readonly name?: string
  readonly locality?: string
  readonly attributes: Attributes
  /** What resource patterns are matched against: see `resourcePath`. */
  readonly path: string
}

/** The request that the resource service holds, not the one that carries the question. */
export interface RequestFacts {
  readonly ip?: string
  readonly userAgent?: string
}

/** The question before anybody looked at it. Empty strings mean "not given". */
export interface RawQuestion {
  readonly action: string
  readonly resource: RawResource | undefined
  readonly request: { readonly ip: string; readonly userAgent: string } | undefined
  readonly context: unknown
}

export interface RawResource {
  readonly organizationId: string
  readonly projectId: string
  readonly type: string
  readonly id: string
  readonly name: string
  readonly locality: string
  readonly attributes: unknown
}

const actionMax = 256
const resourceTypeMax = 128
const resourceIdMax = 1_024
const userAgentMax = 4_096
/** What actions are nearly always made of. */
const plainAction = /^[A-Za-z0-9_:.-]+$/
const plainActions = new CheckedTexts((text) => text.length <= actionMax && plainAction.test(text))
const typePattern = /^[A-Za-z0-9._:-]+$/
const plainTypes = new CheckedTexts(
  (text) => text.length <= resourceTypeMax && typePattern.test(text),
)
/** Of these characters alone, an id has no second spelling. */
const plainId = /^[A-Za-z0-9_:-]+$/
/** Escapes of `%`, `.`, `/` and `\`: with them one resource would have two spellings. */
const ambiguousEscape = /%(25|2e|2f|5c)/i

export function parseQuestion(v: Validation, prefix: string, raw: RawQuestion): Question {
  const fields = prefix === '' ? ownFields : fieldsUnder(prefix)
  return {
    action: parseAction(v, fields.action, raw.action),
    resource: parseResource(v, fields, raw.resource),
    request: parseRequestFacts(v, fields, raw.request),
    context: parseAttributes(v, fields.context, {
      value: raw.context,
      limits: questionAttributeLimits,
    }),
  }
}

/** What errors call the fields of a question. */
type FieldNames = ReturnType<typeof fieldsUnder>

function fieldsUnder(prefix: string) {
  return {
    action: `${prefix}action`,
    resource: `${prefix}resource`,
    organizationId: `${prefix}resource.organization_id`,
    projectId: `${prefix}resource.project_id`,
    type: `${prefix}resource.type`,
    id: `${prefix}resource.id`,
    name: `${prefix}resource.name`,
    locality: `${prefix}resource.locality`,
    attributes: `${prefix}resource.attributes`,
    ip: `${prefix}request.ip`,
    userAgent: `${prefix}request.user_agent`,
    context: `${prefix}context`,
  }
}

/** Of a question by itself. Made once: joining them costs more than all that is checked. */
export const ownFields = fieldsUnder('')

/** 1 to 256 printable characters without spaces or `*`; otherwise opaque and case-sensitive. */
export function parseAction(v: Validation, field: string, action: string): string {
  const plain = plainActions.find(action)
  if (plain !== undefined) return plain
  if (action === '')
    v.fail(field, 'REQUIRED', 'must name an action such as `compute:servers:start`')
  else if (action.length > actionMax && [...action].length > actionMax)
    v.fail(field, 'TOO_LONG', `must be at most ${actionMax} characters`)
  else if (/[\s*]/u.test(action) || !isPrintable(action)) {
    v.fail(field, 'FORMAT', 'must be printable characters without spaces or `*`')
  }
  return ownText(action)
}

export function parseResource(
  v: Validation,
  fields: FieldNames,
  raw: RawResource | undefined,
): Resource {
  if (!raw) {
    const description = 'must be given; without a project it is the organization itself'
    v.fail(fields.resource, 'REQUIRED', description)
    return { attributes: {}, path: '' }
  }
  const type = parseResourceType(v, fields.type, raw.type)
  const id = parseResourceId(v, fields.id, raw.id)
  const organizationId = parseOptionalId<OrganizationId>(
    v,
    fields.organizationId,
    raw.organizationId,
  )
  const projectId = parseOptionalId<ProjectId>(v, fields.projectId, raw.projectId)
  const name = parseLabel(v, fields.name, raw.name)
  const locality = parseLabel(v, fields.locality, raw.locality)
  const attributes = parseAttributes(v, fields.attributes, {
    value: raw.attributes,
    limits: questionAttributeLimits,
  })
  // Assigned one by one: this runs for every question, and spreads cost more than all the rest.
  const resource: Writable<Resource> = { attributes, path: resourcePath(type, id) }
  if (organizationId) resource.organizationId = organizationId
  if (projectId) resource.projectId = projectId
  if (type) resource.type = type
  if (id) resource.id = id
  if (name) resource.name = name
  if (locality) resource.locality = locality
  return resource
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/**
 * `type/id`, with the part that is absent left out. A request about a whole collection has no id,
 * so its path is the type alone, which `server/*` does not match.
 */
export function resourcePath(type: string | undefined, id: string | undefined): string {
  if (type && id) return `${type}/${id}`
  return type ?? id ?? ''
}

/** Letters, digits and `. _ : -`, at most 128; `undefined` for the empty text. */
export function parseResourceType(v: Validation, field: string, type: string): string | undefined {
  if (type === '') return undefined
  const plain = plainTypes.find(type)
  if (plain !== undefined) return plain
  if (type.length > resourceTypeMax)
    v.fail(field, 'TOO_LONG', `must be at most ${resourceTypeMax} characters`)
  else v.fail(field, 'FORMAT', 'must hold only letters, digits and . _ : -')
  return type
}

/**
 * One resource must have one spelling, or a deny rule for one is walked around by another. What
 * is not canonical is refused, never silently mended.
 */
export function parseResourceId(v: Validation, field: string, id: string): string | undefined {
  if (id === '') return undefined
  if (id.length > resourceIdMax)
    v.fail(field, 'TOO_LONG', `must be at most ${resourceIdMax} characters`)
  else if (plainId.test(id)) return id
  else if (!isPrintable(id)) v.fail(field, 'FORMAT', 'must be printable, valid UTF-8 text')
  else if (id.normalize('NFC') !== id) v.fail(field, 'FORMAT', 'must be in Unicode form NFC')
  else if (id.split('/').some((segment) => segment === '.' || segment === '..')) {
    v.fail(field, 'FORMAT', 'must not have `.` or `..` segments')
  } else if (ambiguousEscape.test(id)) {
    v.fail(field, 'FORMAT', 'must not percent-encode `%`, `.`, `/` or `\\`')
  }
  return id
}

function parseLabel(v: Validation, field: string, text: string): string | undefined {
  if (text === '') return undefined
  if (text.length > resourceIdMax)
    v.fail(field, 'TOO_LONG', `must be at most ${resourceIdMax} characters`)
  else if (!isPrintable(text)) v.fail(field, 'FORMAT', 'must be printable, valid UTF-8 text')
  return text
}

export function parseRequestFacts(
  v: Validation,
  fields: FieldNames,
  raw: RawQuestion['request'],
): RequestFacts {
  if (!raw) return noFacts
  if (raw.ip === '' && raw.userAgent === '') return noFacts
  // In one spelling: a condition that names an address must not be walked around by another.
  const ip = raw.ip === '' ? undefined : canonicalIpAddress(raw.ip)
  if (raw.ip !== '' && !ip) {
    v.fail(fields.ip, 'FORMAT', 'must be an IPv4 or IPv6 address without leading zeros')
  }
  if (raw.userAgent.length > userAgentMax) {
    v.fail(fields.userAgent, 'TOO_LONG', `must be at most ${userAgentMax} characters`)
  }
  const facts: Writable<RequestFacts> = {}
  if (ip) facts.ip = ip
  if (raw.userAgent) facts.userAgent = raw.userAgent
  return facts
}

const noFacts: RequestFacts = Object.freeze({})
