import { CheckedTexts } from './checked-texts.js'
import type { Validation } from './validation.js'

declare const noun: unique symbol

/** A string that was checked to be the identifier of one kind of thing. */
export type Id<Noun extends string> = string & { readonly [noun]: Noun }

export type OrganizationId = Id<'organization'>
export type ProjectId = Id<'project'>
/** One human, who may be a user of several organizations. */
export type AccountId = Id<'account'>
export type UserId = Id<'user'>
export type ApplicationId = Id<'application'>
export type GroupId = Id<'group'>
export type PolicyId = Id<'policy'>
export type RuleId = Id<'rule'>
export type PermissionSetId = Id<'permission-set'>
/** The public half of an API key, its access key: safe to log. */
export type ApiKeyId = Id<'api-key'>
export type AuditEntryId = Id<'audit-entry'>

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const accessKey = /^[A-Z0-9]{20}$/

export function isUuid(text: string): boolean {
  return uuid.test(text)
}

const uuids = new CheckedTexts(isUuid)

/** The same text as an id; `undefined` for what is none. Not for secrets: it keeps what it has seen. */
export function toId<T extends Id<string>>(text: string): T | undefined {
  return uuids.find(text) as T | undefined
}

/** Reports REQUIRED or FORMAT. Identifiers are case-sensitive: upper-case hex is refused. */
export function parseId<T extends Id<string>>(v: Validation, field: string, text: string): T {
  const id = toId<T>(text)
  if (id !== undefined) return id
  v.fail(field, text === '' ? 'REQUIRED' : 'FORMAT', 'must be a lower-case UUID')
  return text as T
}

/** Like `parseId`, but the empty string means that none was given. */
export function parseOptionalId<T extends Id<string>>(
  v: Validation,
  field: string,
  text: string,
): T | undefined {
  return text === '' ? undefined : parseId<T>(v, field, text)
}

export function parseApiKeyId(v: Validation, field: string, text: string): ApiKeyId {
  if (text === '') v.fail(field, 'REQUIRED', 'must be an access key: 20 capitals and digits')
  else if (!accessKey.test(text)) {
    v.fail(field, 'FORMAT', 'must be an access key: 20 capitals and digits')
  }
  return text as ApiKeyId
}

/** Reports each bad or repeated member at its index; answers the members in the given order. */
export function parseIds<T extends Id<string>>(
  v: Validation,
  field: string,
  texts: readonly string[],
): T[] {
  const seen = new Set<string>()
  return texts.map((text, index) => {
    if (seen.has(text)) v.fail(`${field}[${index}]`, 'DUPLICATE', 'must not be listed twice')
    seen.add(text)
    return parseId<T>(v, `${field}[${index}]`, text)
  })
}
