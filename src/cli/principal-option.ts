import type { Arguments } from './arguments.js'
import { bearerOptions, findBearer } from './bearer.js'
import { usageError } from './cli-error.js'
import type { OptionSpecs } from './command.js'
import type { Connection } from './connection.js'
import type { PrincipalId } from './directory.js'

export const principalOptions: OptionSpecs = {
  user: { value: 'ID|EMAIL', help: 'this user' },
  application: { value: 'ID|NAME', help: 'this application' },
}

/** Throws unless exactly one is given: before anything is asked of the server. */
export function checkPrincipal(args: Arguments): void {
  const given = Object.keys(bearerOptions).filter((name) => args.has(name))
  if (given.length !== 1) throw usageError('exactly one of --user, --application must be given')
}

/** The one that is given. */
export async function findPrincipal(args: Arguments, connection: Connection): Promise<PrincipalId> {
  const principal = await findBearer(args, connection)
  if (!principal) throw usageError('exactly one of --user, --application must be given')
  return principal
}
