import {
  AuthorizationServiceService,
  AuthorizeResponse,
} from '../grpc/gen/postern/v1/authorization.js'
import { answerExitCode, answerText } from './answer.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { protoJson } from './proto-json.js'
import { questionOptions, readQuestion } from './question.js'
import { chosenSubject, readSubject, type Subject, subjectOptions } from './subject.js'

export const check: Command = {
  path: 'check',
  summary: 'Ask whether somebody may do something: 0 is allow, 1 is deny',
  operands: { usage: 'ACTION', min: 1, max: 1 },
  options: { ...subjectOptions, ...questionOptions, ...connectionOptions },
  examples: [
    'postern check compute:servers:start --application ci-runner --project staging --type server --id web-1',
    'postern check storage:object:read --key-env CI_KEY --project research',
  ],
  async run(args, { terminal, paint }) {
    const option = chosenSubject(args, subjectOptions)
    const answer = await withConnection(args, terminal, async (connection) => {
      const subject = await readSubject(option, { args, env: terminal.env, connection })
      return ask(connection, subject, args)
    })
    return {
      exitCode: answerExitCode(answer),
      text: () => `${answerText(answer, paint)}\n`,
      json: () => protoJson('AuthorizeResponse', AuthorizeResponse, answer),
    }
  },
}

async function ask(
  connection: Connection,
  subject: Subject,
  args: Arguments,
): Promise<AuthorizeResponse> {
  const question = await readQuestion(args, connection)
  const { authorize, authorizePrincipal } = AuthorizationServiceService
  if (subject.$case === 'userId' || subject.$case === 'applicationId') {
    return connection.call(authorizePrincipal, { ...question, principal: subject })
  }
  // Who asks by hand has just changed something, and wants to see it.
  const consistency = { requirement: { $case: 'fullyConsistent', value: true } } as const
  return connection.call(authorize, { ...question, apiKey: subject.value, consistency })
}
