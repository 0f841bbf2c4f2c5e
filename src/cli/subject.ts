import type { Arguments } from './arguments.js'
import { CliError, usageError } from './cli-error.js'
import type { OptionSpecs } from './command.js'
import type { Connection } from './connection.js'
import { findApplicationId, findUserId, type PrincipalId } from './directory.js'
import { exitCodes } from './exit-code.js'
import { readSecretFile } from './read-file.js'

/** Who a question is about. */
export const subjectOptions: OptionSpecs = {
  'key-env': { value: 'VARIABLE', help: 'the bearer of the key in this variable' },
  'key-file': { value: 'FILE', help: 'the bearer of the key in this file' },
  user: { value: 'ID|EMAIL', help: 'this user' },
  application: { value: 'ID|NAME', help: 'this application' },
}

export type Subject =
  | PrincipalId
  | { readonly $case: 'apiKey'; readonly value: string }
  | { readonly $case: 'accessKey'; readonly value: string }

/** The one among `options` that is given; throws when there is none or more. */
export function chosenSubject(args: Arguments, options: OptionSpecs): string {
  const names = Object.keys(options)
  const given = names.filter((name) => args.has(name))
  const [only] = given
  if (only !== undefined && given.length === 1) return only
  const list = names.map((name) => `--${name}`).join(', ')
  throw usageError(`exactly one of ${list} must be given`)
}

interface SubjectSource {
  readonly args: Arguments
  readonly env: Readonly<Record<string, string | undefined>>
  readonly connection: Connection
}

export async function readSubject(option: string, source: SubjectSource): Promise<Subject> {
  const { args, env, connection } = source
  const value = args.text(option) ?? ''
  switch (option) {
    case 'key-env':
      return { $case: 'apiKey', value: keyInVariable(value, env) }
    case 'key-file':
      return { $case: 'apiKey', value: await readSecretFile(value) }
    case 'access-key':
      return { $case: 'accessKey', value }
    case 'user':
      return { $case: 'userId', value: await findUserId(connection, value) }
    default:
      return { $case: 'applicationId', value: await findApplicationId(connection, value) }
  }
}

function keyInVariable(name: string, env: SubjectSource['env']): string {
  const key = env[name]?.trim()
  if (key) return key
  throw new CliError(exitCodes.noInput, {
    reason: 'NO_INPUT',
    // A key given where its variable's name belongs must not be repeated.
    message: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)
      ? `--key-env: variable ${name} is empty or not set`
      : '--key-env: must be the name of a variable',
  })
}
