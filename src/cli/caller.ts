import { AuthorizationServiceService } from '../grpc/gen/postern/v1/authorization.js'
import { CliError } from './cli-error.js'
import type { Connection } from './connection.js'
import type { PrincipalId } from './directory.js'
import { exitCodes } from './exit-code.js'

export interface Caller {
  readonly organizationId: string
  readonly principal: PrincipalId
  readonly accessKey: string
}

/**
 * Who the caller's key belongs to. A decision says it to everybody, whatever the decision; asking
 * for the caller's own user would leave applications out.
 */
export async function findCaller(connection: Connection): Promise<Caller> {
  if (connection.apiKey === undefined)
    throw notAuthenticated('no API key: set POSTERN_API_KEY, or give --api-key-file FILE')
  const answer = await connection.call(AuthorizationServiceService.authorize, {
    apiKey: connection.apiKey,
    action: 'iam:user:read',
    consistency: undefined,
    resource: {
      organizationId: '',
      projectId: '',
      type: '',
      id: '',
      name: '',
      locality: '',
      attributes: undefined,
    },
    request: undefined,
    context: undefined,
  })
  const { principal, organizationId, accessKey } = answer
  if (!principal || !answer.credentialValid) throw notAuthenticated('the API key is not valid')
  return { principal, organizationId, accessKey }
}

function notAuthenticated(message: string): CliError {
  return new CliError(exitCodes.notPermitted, { reason: 'CREDENTIAL_INVALID', message })
}
