import type { Resource } from '../grpc/gen/postern/v1/authorization.js'
import type { Arguments } from './arguments.js'
import { usageError } from './cli-error.js'
import type { OptionSpecs } from './command.js'
import type { Connection } from './connection.js'
import { findProjectId } from './directory.js'

/** What `check` and `explain` ask about, besides who. */
export const questionOptions: OptionSpecs = {
  project: {
    value: 'NAME|ID',
    help: 'project of the resource; without one it is the organization’s',
  },
  type: { value: 'TYPE', help: 'type of the resource, such as server' },
  id: { value: 'ID', help: 'id of the resource; without one it is the whole collection' },
  name: { value: 'TEXT', help: 'name of the resource, for conditions' },
  locality: { value: 'TEXT', help: 'region or zone of the resource, for conditions' },
  attributes: { value: 'JSON', help: 'attributes of the resource, for conditions' },
  ip: { value: 'ADDRESS', help: 'where the request comes from' },
  'user-agent': { value: 'TEXT', help: 'what the request comes from' },
  context: { value: 'JSON', help: 'anything else that conditions read as `context`' },
}

/** Some of the options, for commands that leave a part of the question open. */
export function questionParts(...names: readonly string[]): OptionSpecs {
  return Object.fromEntries(
    Object.entries(questionOptions).filter(([name]) => names.includes(name)),
  )
}

export interface WireQuestion {
  readonly action: string
  readonly resource: Resource
  readonly request: { readonly ip: string; readonly userAgent: string }
  readonly context: Struct | undefined
}

type Struct = { [key: string]: unknown }

export async function readQuestion(args: Arguments, connection: Connection): Promise<WireQuestion> {
  const context = readStruct(args, 'context')
  const attributes = readStruct(args, 'attributes')
  return {
    action: args.operand(0),
    resource: {
      organizationId: '',
      projectId: await readProject(args, connection),
      type: args.text('type') ?? '',
      id: args.text('id') ?? '',
      name: args.text('name') ?? '',
      locality: args.text('locality') ?? '',
      attributes,
    },
    request: { ip: args.text('ip') ?? '', userAgent: args.text('user-agent') ?? '' },
    context,
  }
}

async function readProject(args: Arguments, connection: Connection): Promise<string> {
  const project = args.text('project')
  return project === undefined ? '' : findProjectId(connection, project)
}

function readStruct(args: Arguments, option: string): Struct | undefined {
  const text = args.text(option)
  if (text === undefined) return undefined
  const value = parseJson(option, text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw usageError(`--${option}: must be a JSON object such as {"ticket": 7}`)
}

function parseJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw usageError(
      `--${option}: must be JSON (${error instanceof Error ? error.message : error})`,
    )
  }
}
