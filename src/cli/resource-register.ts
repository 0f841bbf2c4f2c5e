import { RegisteredResource, ResourceServiceService } from '../grpc/gen/postern/v1/resource.js'
import type { Command, OptionSpecs } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { questionOptions, readQuestion } from './question.js'
import { printable } from './terminal.js'

export const resourceRegister: Command = {
  path: 'resource register',
  summary: 'Tell searches of a resource, or of what it is now',
  operands: { usage: 'TYPE ID', min: 2, max: 2 },
  options: { ...parts('project', 'name', 'locality', 'attributes'), ...connectionOptions },
  examples: [
    `postern resource register server web-1 --project shop --attributes '{"tier": "gold"}'`,
  ],
  async run(args, { terminal }) {
    const [type = '', id = ''] = args.operands
    const registered = await withConnection(args, terminal, async (connection) => {
      const { resource } = await readQuestion(args, connection)
      const request = { resource: { ...resource, type, id }, etag: '' }
      return connection.write(ResourceServiceService.registerResource, request)
    })
    return {
      exitCode: exitCodes.ok,
      text: () => `registered ${printable(`${type}/${id}`)}\n`,
      json: () => protoJson('RegisteredResource', RegisteredResource, registered),
    }
  },
}

/** The options of a question that describe its resource. */
function parts(...names: readonly string[]): OptionSpecs {
  return Object.fromEntries(
    Object.entries(questionOptions).filter(([name]) => names.includes(name)),
  )
}
