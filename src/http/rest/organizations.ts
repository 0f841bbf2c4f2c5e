import type { Organization } from '../../domain/organization.js'
import { getOrganization, updateOrganization } from '../../service/organizations.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { iam, type Route } from './route.js'
import { parseDuration, toDuration } from './values.js'

const path = `${iam}/organizations/{organization_id}`

export function organizationRoutes(calls: Calls): Route[] {
  return [getRoute(calls), getSettingsRoute(calls), updateSettingsRoute(calls)]
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'GetOrganization',
    summary: 'Get an organization',
    answer: 'Organization',
    respond: read({ parse: organizationId, work: getOrganization, present: toOrganization }),
  }
}

function getSettingsRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/security-settings`,
    id: 'GetOrganizationSecuritySettings',
    summary: "Get an organization's security settings",
    answer: 'OrganizationSecuritySettings',
    respond: read({ parse: organizationId, work: getOrganization, present: toSettings }),
  }
}

/** What is about logging in can only be given as it is. */
const fixed = ['enforce_password_renewal', 'login_attempts_before_locked'] as const
const absent = ['grace_period_duration', 'max_login_session_duration'] as const

function updateSettingsRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/security-settings`,
    id: 'UpdateOrganizationSecuritySettings',
    summary: 'Change how long API keys may live',
    body: ['max_api_key_expiration_duration'],
    answer: 'OrganizationSecuritySettings',
    respond: write({
      parse: toSettingsUpdate,
      work: (act, input) =>
        input.mask.length === 0 ? getOrganization(act, input.id) : updateOrganization(act, input),
      present: toSettings,
    }),
  }
}

function toSettingsUpdate(input: Input) {
  const { body, v } = input
  refuseLogins(input)
  const text = body.text('max_api_key_expiration_duration')
  const isGiven = body.has('max_api_key_expiration_duration')
  return {
    id: organizationId(input),
    etag: '',
    name: '',
    apiKeyTtlMaxMs:
      text === '' ? undefined : parseDuration(v, 'max_api_key_expiration_duration', text),
    mask: isGiven ? ['api_key_ttl_max'] : [],
  }
}

function refuseLogins({ body, v }: Input): void {
  const now: Readonly<Record<string, unknown>> = logins
  for (const name of [...fixed, ...absent]) {
    if (!body.has(name) || body.raw(name) === now[name]) continue
    v.fail(name, 'CONSTRAINT', 'cannot change: nobody logs in here')
  }
}

const logins = {
  enforce_password_renewal: false,
  grace_period_duration: null,
  login_attempts_before_locked: 0,
  max_login_session_duration: null,
}

function toSettings({ apiKeyTtlMaxMs }: Organization) {
  return { ...logins, max_api_key_expiration_duration: toDuration(apiKeyTtlMaxMs ?? 0) }
}

function toOrganization({ id, name }: Organization) {
  return {
    id,
    name,
    alias: '',
    login_password_enabled: false,
    login_magic_code_enabled: false,
    login_oauth2_enabled: false,
    login_saml_enabled: false,
  }
}

function organizationId(input: Input): string {
  return input.path('organization_id')
}
