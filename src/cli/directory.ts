import { ApplicationServiceService } from '../grpc/gen/postern/v1/application.js'
import { ProjectServiceService } from '../grpc/gen/postern/v1/project.js'
import { UserServiceService } from '../grpc/gen/postern/v1/user.js'
import { badData, CliError } from './cli-error.js'
import type { Connection } from './connection.js'
import { exitCodes } from './exit-code.js'
import { pages } from './pages.js'

/** People write names and addresses; the API wants ids. */

export interface PrincipalId {
  readonly $case: 'userId' | 'applicationId'
  readonly value: string
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether it is an id, and not a name. */
export function isId(text: string): boolean {
  return uuid.test(text)
}

export async function findUserId(connection: Connection, idOrEmail: string): Promise<string> {
  if (uuid.test(idOrEmail)) return idOrEmail
  const { users } = await connection.call(UserServiceService.listUsers, {
    ...firstPage,
    email: idOrEmail,
    externalId: '',
    type: 0,
  })
  return requireOne('user', idOrEmail, users)
}

export async function findApplicationId(connection: Connection, idOrName: string): Promise<string> {
  if (uuid.test(idOrName)) return idOrName
  const { applications } = await connection.call(ApplicationServiceService.listApplications, {
    ...firstPage,
    name: idOrName,
    externalId: '',
  })
  return requireOne('application', idOrName, applications)
}

export async function findProjectId(connection: Connection, idOrName: string): Promise<string> {
  if (uuid.test(idOrName)) return idOrName
  for await (const { id, name } of listProjects(connection)) if (name === idOrName) return id
  throw unknownName('project', idOrName)
}

export function listProjects(connection: Connection) {
  return pages(async (pageToken) => {
    const request = { ...firstPage, pageToken }
    const answer = await connection.call(ProjectServiceService.listProjects, request)
    return { items: answer.projects, nextPageToken: answer.nextPageToken }
  })
}

const firstPage = { organizationId: '', pageSize: 100, pageToken: '' }

export function requireOne(
  noun: string,
  name: string,
  [found, another]: readonly { readonly id: string }[],
): string {
  if (!found) throw unknownName(noun, name)
  if (another) throw badData(`there are several ${noun}s named \`${name}\`: give the id`)
  return found.id
}

function unknownName(noun: string, name: string): CliError {
  return badData(`${noun} \`${name}\` not found`)
}

/** The e-mail address or name of a principal; its id when the caller may not read that. */
export async function nameOfPrincipal(
  connection: Connection,
  { $case, value }: PrincipalId,
): Promise<string> {
  return readable(value, async () => {
    if ($case === 'userId') {
      return (await connection.call(UserServiceService.getUser, { userId: value })).email
    }
    const request = { applicationId: value }
    return (await connection.call(ApplicationServiceService.getApplication, request)).name
  })
}

/** Names by id; empty when the caller may not read them. */
export async function projectNames(connection: Connection): Promise<ReadonlyMap<string, string>> {
  return readable(new Map<string, string>(), async () => {
    const names = new Map<string, string>()
    for await (const { id, name } of listProjects(connection)) names.set(id, name)
    return names
  })
}

/** Names are a comfort: not being allowed to read them must not cost the answer. */
async function readable<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const isHidden =
      error instanceof CliError &&
      (error.exitCode === exitCodes.notPermitted || error.exitCode === exitCodes.badData)
    if (isHidden) return otherwise
    throw error
  }
}
