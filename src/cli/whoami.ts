import { findCaller } from './caller.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { nameOfPrincipal } from './directory.js'
import { exitCodes } from './exit-code.js'
import { renderFields } from './table.js'

export const whoami: Command = {
  path: 'whoami',
  summary: "Show whom the caller's key belongs to",
  options: connectionOptions,
  async run(args, { terminal }) {
    const { caller, name } = await withConnection(args, terminal, async (connection) => {
      const caller = await findCaller(connection)
      return { caller, name: await nameOfPrincipal(connection, caller.principal) }
    })
    const { principal, organizationId, accessKey } = caller
    const kind = principal.$case === 'userId' ? 'user' : 'application'
    return {
      exitCode: exitCodes.ok,
      text: () =>
        renderFields([
          [
            'Principal',
            name === principal.value ? `${kind} ${name}` : `${kind} ${name} (${principal.value})`,
          ],
          ['Organization', organizationId],
          ['Access key', accessKey],
        ]),
      json: () => ({
        [`${kind}_id`]: principal.value,
        name,
        organization_id: organizationId,
        access_key: accessKey,
      }),
    }
  },
}
