import { withoutIds } from '../domain/document.js'
import {
  DocumentServiceService,
  ImportOrganizationResponse,
} from '../grpc/gen/postern/v1/document.js'
import type { Arguments } from './arguments.js'
import { changesText } from './changes-text.js'
import { misconfigured } from './cli-error.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { toWireDocument } from './document-wire.js'
import { parseDurationMs } from './duration.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { toDocument } from './scaleway-document.js'
import { readScaleway, type ScalewaySource } from './scaleway-source.js'
import { printable, type Terminal } from './terminal.js'

const scaleway = 'https://api.scaleway.com'

export const importScaleway: Command = {
  path: 'import scaleway',
  summary: 'Show what an organization at Scaleway would be here, and with --apply make it so',
  options: {
    apply: { help: 'do it, all of it or nothing; without, nothing is changed' },
    url: { value: 'URL', help: `where its API is (${scaleway})` },
    'token-env': {
      value: 'NAME',
      help: 'the variable with the secret key to read with (SCW_SECRET_KEY)',
    },
    organization: { value: 'ID', help: 'the organization there (SCW_DEFAULT_ORGANIZATION_ID)' },
    'without-ids': { help: 'make everything under ids of its own' },
    ...connectionOptions,
  },
  examples: ['postern import scaleway', 'postern import scaleway --apply'],
  async run(args, { terminal, paint }) {
    const { document: read, left } = toDocument(await readScaleway(sourceOf(args, terminal)))
    const document = args.has('without-ids') ? withoutIds(read) : read
    const dryRun = !args.has('apply')
    const request = { organizationId: '', document: toWireDocument(document), dryRun, prune: false }
    const response = await withConnection(args, terminal, (connection) =>
      connection.write(DocumentServiceService.importOrganization, request),
    )
    return {
      exitCode: exitCodes.ok,
      text: () =>
        changesText(response.changes, { dryRun, paint }) +
        left.map((sentence) => `left out: ${printable(sentence)}\n`).join(''),
      json: () => protoJson('ImportOrganizationResponse', ImportOrganizationResponse, response),
    }
  },
}

function sourceOf(args: Arguments, { env }: Pick<Terminal, 'env'>): ScalewaySource {
  const variable = args.text('token-env') ?? 'SCW_SECRET_KEY'
  const token = env[variable] ?? ''
  if (token === '') throw misconfigured(`${variable}: must hold the secret key to read with`)
  return {
    url: (args.text('url') ?? scaleway).replace(/\/+$/, ''),
    token,
    organizationId: args.text('organization') ?? env.SCW_DEFAULT_ORGANIZATION_ID ?? '',
    timeoutMs: parseDurationMs('--timeout', args.text('timeout') ?? '10s'),
  }
}
