import type { Arguments } from './arguments.js'
import { usageError } from './cli-error.js'
import type { OptionSpecs } from './command.js'
import type { Connection } from './connection.js'
import { findApplicationId, findUserId, type PrincipalId } from './directory.js'

export const bearerOptions: OptionSpecs = {
  user: { value: 'ID|EMAIL', help: 'keys of this user' },
  application: { value: 'ID|NAME', help: 'keys of this application' },
}

/** Throws when both are given: before anything is asked of the server. */
export function checkBearer(args: Arguments): void {
  if (args.has('user') && args.has('application')) {
    throw usageError('only one of --user and --application may be given')
  }
}

/** The user or application that is named; `undefined` when none is. */
export async function findBearer(
  args: Arguments,
  connection: Connection,
): Promise<PrincipalId | undefined> {
  const user = args.text('user')
  if (user !== undefined) return { $case: 'userId', value: await findUserId(connection, user) }
  const application = args.text('application')
  if (application === undefined) return undefined
  return { $case: 'applicationId', value: await findApplicationId(connection, application) }
}
