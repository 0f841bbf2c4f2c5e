import { type OrganizationDocument, withoutIds } from '../domain/document.js'
import { parseDocument } from '../domain/document-parser.js'
import { Validation } from '../domain/validation.js'
import {
  DocumentServiceService,
  ImportOrganizationResponse,
} from '../grpc/gen/postern/v1/document.js'
import { changesText } from './changes-text.js'
import { CliError } from './cli-error.js'
import type { Command } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { type DataFile, placed, readDataFile } from './data-file.js'
import { toWireDocument } from './document-wire.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'

export const importCommand: Command = {
  path: 'import',
  summary: 'Make the organization hold what a file says, all of it or nothing',
  operands: { usage: 'FILE', min: 1, max: 1 },
  options: {
    'dry-run': { help: 'show what would change, and change nothing' },
    'without-ids': { help: 'make everything new under ids of its own, as in another organization' },
    prune: { help: 'delete what the file does not name, except the owner and keys' },
    ...connectionOptions,
  },
  examples: [
    'postern import acme.yaml --dry-run',
    'postern export | postern import - --address other.example:50051 --tls',
  ],
  async run(args, { terminal, paint }) {
    const file = await readDataFile(args.operand(0), terminal)
    const named = readDocument(file)
    const document = args.has('without-ids') ? withoutIds(named) : named
    const dryRun = args.has('dry-run')
    const response = await withConnection(args, terminal, (connection) =>
      send(connection, file, { document, dryRun, prune: args.has('prune') }),
    )
    return {
      exitCode: exitCodes.ok,
      text: () => changesText(response.changes, { dryRun, paint }),
      json: () => protoJson('ImportOrganizationResponse', ImportOrganizationResponse, response),
    }
  },
}

/** Throws `CliError` that says the line of everything that is wrong. */
export function readDocument(file: DataFile): OrganizationDocument {
  const validation = new Validation()
  const document = parseDocument(validation, '', file.value)
  if (!validation.failed) return document
  throw new CliError(exitCodes.badData, {
    reason: 'DOCUMENT_INVALID',
    message: `${file.name} is no valid organization:`,
    violations: placed(file, validation.violations),
  })
}

interface Import {
  readonly document: OrganizationDocument
  readonly dryRun: boolean
  readonly prune: boolean
}

/** The server knows fields; the person who wrote the file knows lines. */
async function send(connection: Connection, file: DataFile, { document, ...rest }: Import) {
  const request = { ...rest, organizationId: '', document: toWireDocument(document) }
  try {
    return await connection.write(DocumentServiceService.importOrganization, request)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw inFile(file, error)
  }
}

/** The same refusal, with the line of everything that is wrong. */
export function inFile(file: DataFile, refusal: CliError): CliError {
  const { exitCode, reason, message, metadata } = refusal
  const violations = refusal.violations.map((violation) => ({
    ...violation,
    // Rules in files have the shorter name.
    field: violation.field.replaceAll('permission_set_names', 'permission_sets'),
  }))
  return new CliError(exitCode, {
    reason,
    message: violations.length > 0 ? `${file.name} is refused:` : message,
    violations: placed(file, violations),
    metadata,
    cause: refusal,
  })
}
