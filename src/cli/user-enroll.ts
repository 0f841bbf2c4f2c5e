import { IssueEnrollmentResponse, UserServiceService } from '../grpc/gen/postern/v1/user.js'
import { timeText } from './api-key-text.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { findUserId } from './directory.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'

export const userEnroll: Command = {
  path: 'user enroll',
  summary: 'Issue the token with which a member makes its own first key',
  operands: { usage: 'ID|EMAIL', min: 1, max: 1 },
  options: connectionOptions,
  examples: ['postern user enroll ada@acme.example'],
  async run(args, { terminal, paint }) {
    const user = args.operand(0)
    const response = await withConnection(args, terminal, async (connection) => {
      const userId = await findUserId(connection, user)
      return connection.write(UserServiceService.issueEnrollment, { userId })
    })
    const until = timeText(response.expireTime, 'never')
    return {
      exitCode: exitCodes.ok,
      text: () =>
        `The token, shown this once, good once and until ${until}; hand it to the member,\n` +
        `who puts it in a file and runs postern enroll --token-file FILE:\n\n` +
        `  ${paint('bold', response.token)}\n`,
      json: () => protoJson('IssueEnrollmentResponse', IssueEnrollmentResponse, response),
    }
  },
}
