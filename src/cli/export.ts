import { stringify } from 'yaml'
import { documentToFile } from '../domain/document-parser.js'
import { DocumentServiceService, OrganizationDocument } from '../grpc/gen/postern/v1/document.js'
import type { Arguments } from './arguments.js'
import { usageError } from './cli-error.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { fromWireDocument } from './document-wire.js'
import { exitCodes } from './exit-code.js'
import { nearest } from './nearest.js'
import { writeOutputFile } from './write-file.js'

export const exportCommand: Command = {
  path: 'export',
  summary: 'Print the organization as a file that import reads; secrets are not in it',
  options: {
    format: { value: 'yaml|json', help: 'how to write it (yaml)' },
    output: { value: 'FILE', help: 'write a new file, not standard output' },
    force: { help: 'let --output replace a file' },
    ...connectionOptions,
  },
  examples: ['postern export --output acme.yaml', 'postern export --format json | jq .policies'],
  async run(args, { terminal }) {
    const format = readFormat(args)
    const { document } = await withConnection(args, terminal, (connection) =>
      connection.call(DocumentServiceService.exportOrganization, { organizationId: '' }),
    )
    const file = documentToFile(fromWireDocument(document ?? OrganizationDocument.fromPartial({})))
    const output = args.text('output')
    if (output === undefined) {
      return { exitCode: exitCodes.ok, text: () => render(file, format), json: () => file }
    }
    await writeOutputFile(output, render(file, format), { replace: args.has('force') })
    return { exitCode: exitCodes.ok, text: () => `wrote ${output}\n`, json: () => ({ output }) }
  },
}

type Format = 'yaml' | 'json'

function readFormat(args: Arguments): Format {
  const format = args.text('format') ?? (args.has('json') ? 'json' : 'yaml')
  if (format !== 'yaml' && format !== 'json') {
    const near = nearest(format, ['yaml', 'json'])
    throw usageError(`--format: must be yaml or json${near ? `; did you mean ${near}?` : ''}`)
  }
  if (format === 'yaml' && args.has('json')) {
    throw usageError('--json and --format yaml contradict each other')
  }
  return format
}

/** Lines are not folded: a condition stays what it was, and diffs stay small. */
function render(file: unknown, format: Format): string {
  if (format === 'json') return `${JSON.stringify(file, null, 2)}\n`
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })
}
