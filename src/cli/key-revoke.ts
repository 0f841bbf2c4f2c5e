import { ApiKeyServiceService, DeleteApiKeyResponse } from '../grpc/gen/postern/v1/api_key.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { printable } from './terminal.js'

export const keyRevoke: Command = {
  path: 'key revoke',
  summary: 'Delete an API key, at once and for good',
  operands: { usage: 'ACCESS_KEY', min: 1, max: 1 },
  options: connectionOptions,
  async run(args, { terminal }) {
    const accessKey = args.operand(0)
    const response = await withConnection(args, terminal, (connection) =>
      connection.write(ApiKeyServiceService.deleteApiKey, { accessKey }),
    )
    return {
      exitCode: exitCodes.ok,
      text: () => `revoked ${printable(accessKey)}\n`,
      json: () => protoJson('DeleteApiKeyResponse', DeleteApiKeyResponse, response),
    }
  },
}
