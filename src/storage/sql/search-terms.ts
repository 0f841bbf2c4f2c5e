import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PrincipalRef } from '../../domain/principal.js'
import type { ApiKeySearch, GroupSearch, PolicySearch } from '../../service/ports/search.js'

type Term = RawBuilder<SqlBool>

/** What is absent filters nothing; nothing is among none. */
export function among(column: string, values: readonly string[] | undefined): Term[] {
  if (values === undefined) return []
  if (values.length === 0) return [sql`1 = 0`]
  return [sql`${sql.ref(column)} in (${sql.join(values)})`]
}

export function equals(column: string, value: string | undefined): Term[] {
  return value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`]
}

/**
 * Whether a JSON list of texts holds one. What `replace` changes is there: unlike `like`, it knows
 * no wildcards and tells capitals from small letters on both engines.
 */
export function holds(column: string, member: string | undefined): Term[] {
  if (member === undefined) return []
  const quoted = JSON.stringify(member)
  return [sql`replace(${sql.ref(column)}, ${quoted}, '') <> ${sql.ref(column)}`]
}

export function groupTerms(search: GroupSearch): Term[] {
  const { implicit } = search
  return [
    ...among('id', search.ids),
    ...equals('name', search.name),
    ...holds('tags', search.tag),
    ...among('user_id', search.userIds).map(
      (term): Term => sql`id in (select group_id from group_users where ${term})`,
    ),
    ...among('application_id', search.applicationIds).map(
      (term): Term => sql`id in (select group_id from group_applications where ${term})`,
    ),
    ...(implicit === undefined ? [] : [implicit ? sql`kind <> 'regular'` : sql`kind = 'regular'`]),
  ] as Term[]
}

export function policyTerms(search: PolicySearch): Term[] {
  return [
    ...among('id', search.ids),
    ...equals('name', search.name),
    ...holds('tags', search.tag),
    ...among('user_id', search.userIds),
    ...among('group_id', search.groupIds),
    ...among('application_id', search.applicationIds),
    ...detachedTerms(search.detached),
  ]
}

function detachedTerms(detached: boolean | undefined): Term[] {
  if (detached === undefined) return []
  const nobody: Term = sql`(user_id is null and group_id is null and application_id is null)`
  return [detached ? nobody : sql`not ${nobody}`]
}

export function keyTerms(search: ApiKeySearch): Term[] {
  return [
    ...among('id', search.ids),
    ...equals('description', search.description),
    ...(search.bearers ? [borneBy(search.bearers)] : []),
    ...bearerTypeTerms(search.bearerType),
    ...expiryTerms(search.expired),
  ]
}

function borneBy(bearers: readonly PrincipalRef[]): Term {
  const idsOf = (type: PrincipalRef['type']) =>
    bearers.filter((bearer) => bearer.type === type).map((bearer) => bearer.id)
  const terms = [
    ...among('user_id', idsOf('user')),
    ...among('application_id', idsOf('application')),
  ]
  return sql`(${sql.join(terms, sql` or `)})`
}

function bearerTypeTerms(type: PrincipalRef['type'] | undefined): Term[] {
  return type === undefined ? [] : [sql`${sql.ref(`${type}_id`)} is not null`]
}

/** The domain's `isExpired`, in SQL; a comparison with null is not true. */
function expiryTerms(expired: ApiKeySearch['expired']): Term[] {
  if (!expired) return []
  const { value, nowMs } = expired
  if (value) return [sql`expires_at_ms <= ${nowMs}`]
  return [sql`(expires_at_ms is null or expires_at_ms > ${nowMs})`]
}
