import { EnrollResponse, UserServiceService } from '../grpc/gen/postern/v1/user.js'
import type { Arguments } from './arguments.js'
import { usageError } from './cli-error.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'
import { readSecretFile } from './read-file.js'
import { renderFields } from './table.js'

export const enroll: Command = {
  path: 'enroll',
  summary: 'Make your own first key with an enrollment token, and show it, this once',
  options: {
    'token-file': { value: 'FILE', help: 'file with the token that you were handed' },
    ...connectionOptions,
  },
  examples: ['postern enroll --token-file token.txt'],
  async run(args, { terminal, paint }) {
    const token = await readToken(args)
    const response = await withConnection(args, terminal, (connection) =>
      connection.write(UserServiceService.enroll, { token }),
    )
    return {
      exitCode: exitCodes.ok,
      text: () => enrolledText(response, (secret) => paint('bold', secret)),
      json: () => protoJson('EnrollResponse', EnrollResponse, response),
    }
  },
}

function readToken(args: Arguments): Promise<string> {
  const path = args.text('token-file')
  if (path === undefined) throw usageError('--token-file FILE must be given')
  return readSecretFile(path)
}

function enrolledText(response: EnrollResponse, emphasised: (text: string) => string): string {
  const fields = renderFields([
    ['User', response.user?.email ?? ''],
    ['Access key', response.accessKey],
  ])
  const notice = 'Your key, shown this once; keep it somewhere safe:'
  return `${fields}\n${notice}\n\n  ${emphasised(response.apiKey)}\n`
}
