import {
  DeleteRegisteredResourceResponse,
  ResourceServiceService,
} from '../grpc/gen/postern/v1/resource.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { printable } from './terminal.js'

export const resourceDelete: Command = {
  path: 'resource delete',
  summary: 'Let searches forget a resource; decisions stay as they are',
  operands: { usage: 'TYPE ID', min: 2, max: 2 },
  options: connectionOptions,
  async run(args, { terminal }) {
    const [type = '', id = ''] = args.operands
    const response = await withConnection(args, terminal, (connection) =>
      connection.write(ResourceServiceService.deleteRegisteredResource, { type, id, etag: '' }),
    )
    return {
      exitCode: exitCodes.ok,
      text: () => `deleted ${printable(`${type}/${id}`)}\n`,
      json: () =>
        protoJson('DeleteRegisteredResourceResponse', DeleteRegisteredResourceResponse, response),
    }
  },
}
