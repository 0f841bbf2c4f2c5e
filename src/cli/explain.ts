import {
  AuthorizationServiceService,
  type AuthorizeResponse,
  ExplainResponse,
} from '../grpc/gen/postern/v1/authorization.js'
import { answerExitCode } from './answer.js'
import type { Command, OptionSpecs } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { nameOfPrincipal, projectNames } from './directory.js'
import { explanationText } from './explanation-tree.js'
import { protoJson } from './proto-json.js'
import { questionOptions, readQuestion } from './question.js'
import { chosenSubject, readSubject, subjectOptions } from './subject.js'

const subjects: OptionSpecs = {
  'access-key': { value: 'ACCESS_KEY', help: 'the bearer of the key with this public part' },
  ...subjectOptions,
}

export const explain: Command = {
  path: 'explain',
  summary: 'Show how a decision comes about: key, principal, groups, policies, rules',
  operands: { usage: 'ACTION', min: 1, max: 1 },
  options: { ...subjects, ...questionOptions, ...connectionOptions },
  examples: [
    'postern explain storage:object:delete --user mei@acme.example --project research --type object --id a',
  ],
  async run(args, { terminal, paint }) {
    const option = chosenSubject(args, subjects)
    return withConnection(args, terminal, async (connection) => {
      const subject = await readSubject(option, { args, env: terminal.env, connection })
      const question = await readQuestion(args, connection)
      const request = { ...question, subject }
      const explanation = await connection.call(AuthorizationServiceService.explain, request)
      const names = args.has('json') ? noNames : await readNames(connection, explanation.answer)
      return {
        exitCode: explanation.answer ? answerExitCode(explanation.answer) : 1,
        text: () => explanationText(explanation, { question, names, paint }),
        json: () => protoJson('ExplainResponse', ExplainResponse, explanation),
      }
    })
  },
}

const noNames = { principal: '', projects: new Map<string, string>() }

/** The explanation speaks in ids; people do not. */
async function readNames(connection: Connection, answer: AuthorizeResponse | undefined) {
  const [principal, projects] = await Promise.all([
    answer?.principal ? nameOfPrincipal(connection, answer.principal) : '',
    projectNames(connection),
  ])
  return { principal, projects }
}
