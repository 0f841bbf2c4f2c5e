import { always } from './calls.js'
import { notImplemented } from './errors.js'
import { iam, type Route } from './route.js'

/** What the API knows and this server does not keep: method, path and operation. */
const sshKeys = [
  ['GET', '/ssh-keys', 'ListSSHKeys'],
  ['POST', '/ssh-keys', 'CreateSSHKey'],
  ['GET', '/ssh-keys/{ssh_key_id}', 'GetSSHKey'],
  ['PATCH', '/ssh-keys/{ssh_key_id}', 'UpdateSSHKey'],
  ['DELETE', '/ssh-keys/{ssh_key_id}', 'DeleteSSHKey'],
] as const

const logins = [
  ['GET', '/jwts', 'ListJWTs'],
  ['POST', '/jwts', 'CreateJWT'],
  ['GET', '/jwts/{jti}', 'GetJWT'],
  ['DELETE', '/jwts/{jti}', 'DeleteJWT'],
  ['GET', '/grace-periods', 'ListGracePeriods'],
  ['POST', '/users/{user_id}/mfa-otp', 'CreateUserMFAOTP'],
  ['DELETE', '/users/{user_id}/mfa-otp', 'DeleteUserMFAOTP'],
  ['POST', '/users/{user_id}/validate-mfa-otp', 'ValidateUserMFAOTP'],
  ['POST', '/users/{user_id}/update-password', 'UpdateUserPassword'],
  ['GET', '/users/{user_id}/connections', 'GetUserConnections'],
  ['POST', '/users/{user_id}/initiate-connection', 'InitiateUserConnection'],
  ['POST', '/users/{user_id}/join-connection', 'JoinUserConnection'],
  ['POST', '/users/{user_id}/remove-connection', 'RemoveUserConnection'],
  ['PUT', '/organizations/{organization_id}/alias', 'SetOrganizationAlias'],
  ['PATCH', '/organizations/{organization_id}/login-methods', 'UpdateOrganizationLoginMethods'],
] as const

const saml = [
  ['GET', '/organizations/{organization_id}/saml', 'GetOrganizationSaml'],
  ['POST', '/organizations/{organization_id}/saml', 'EnableOrganizationSaml'],
  ['PATCH', '/saml/{saml_id}', 'UpdateSaml'],
  ['DELETE', '/saml/{saml_id}', 'DeleteSaml'],
  ['GET', '/saml/{saml_id}/certificates', 'ListSamlCertificates'],
  ['POST', '/saml/{saml_id}/certificates', 'AddSamlCertificate'],
  ['GET', '/saml-certificates/{certificate_id}', 'GetSamlCertificate'],
  ['DELETE', '/saml-certificates/{certificate_id}', 'DeleteSamlCertificate'],
  ['POST', '/parse-saml-metadata', 'ParseSamlMetadata'],
] as const

const scim = [
  ['GET', '/organizations/{organization_id}/scim', 'GetOrganizationScim'],
  ['POST', '/organizations/{organization_id}/scim', 'EnableOrganizationScim'],
  ['DELETE', '/scim/{scim_id}', 'DeleteScim'],
  ['GET', '/scim/{scim_id}/tokens', 'ListScimTokens'],
  ['POST', '/scim/{scim_id}/tokens', 'CreateScimToken'],
  ['DELETE', '/scim-tokens/{token_id}', 'DeleteScimToken'],
] as const

const groups = [
  ['SSH keys', sshKeys],
  ['logins', logins],
  ['SAML', saml],
  ['SCIM', scim],
] as const

/** Clients hear that it is not there, instead of that it might be somewhere else. */
export function unsupportedRoutes(): Route[] {
  const ofIam = groups.flatMap(([what, routes]) =>
    routes.map(
      ([method, path, id]): Route => ({
        method,
        path: `${iam}${path}`,
        id,
        summary: `Not implemented: this server keeps no ${what}`,
        respond: always(notImplemented(what)),
      }),
    ),
  )
  return [...ofIam, qualification]
}

const qualification: Route = {
  method: 'POST',
  path: '/account/v3/projects/{project_id}/project-qualification',
  id: 'SetProjectQualification',
  summary: 'Not implemented: this server keeps no qualifications',
  respond: always(notImplemented('qualifications')),
}
