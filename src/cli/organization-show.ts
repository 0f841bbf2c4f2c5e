import { Organization, OrganizationServiceService } from '../grpc/gen/postern/v1/organization.js'
import { timeText } from './api-key-text.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { renderFields } from './table.js'

export const organizationShow: Command = {
  path: 'organization show',
  summary: "Show the organization of the caller's key",
  options: connectionOptions,
  async run(args, { terminal }) {
    const organization = await withConnection(args, terminal, (connection) =>
      connection.call(OrganizationServiceService.getOrganization, { organizationId: '' }),
    )
    const { id, name, createTime, apiKeyTtlMax } = organization
    return {
      exitCode: exitCodes.ok,
      text: () =>
        renderFields([
          ['Name', name],
          ['Id', id],
          ['Created', timeText(createTime, '')],
          ['Longest life of a key', apiKeyTtlMax ? `${apiKeyTtlMax.seconds} s` : 'any'],
        ]),
      json: () => protoJson('Organization', Organization, organization),
    }
  },
}
