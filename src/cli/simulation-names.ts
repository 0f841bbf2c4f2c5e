import { randomUUID } from 'node:crypto'
import { GroupServiceService } from '../grpc/gen/postern/v1/group.js'
import { PolicyServiceService } from '../grpc/gen/postern/v1/policy.js'
import type { Connection } from './connection.js'
import { findApplicationId, findProjectId, findUserId, isId, requireOne } from './directory.js'

/** The ids of what a file names, each asked for once. */
export class Names {
  readonly #connection: Connection
  readonly #known = new Map<string, Promise<string>>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  user(name: string): Promise<string> {
    return this.#once(`user ${name}`, () => findUserId(this.#connection, name))
  }

  application(name: string): Promise<string> {
    return this.#once(`application ${name}`, () => findApplicationId(this.#connection, name))
  }

  project(name: string): Promise<string> {
    return this.#once(`project ${name}`, () => findProjectId(this.#connection, name))
  }

  group(name: string): Promise<string> {
    if (isId(name)) return Promise.resolve(name)
    return this.#once(`group ${name}`, async () => {
      const filter = { name, userId: '', applicationId: '' }
      const { groups } = await this.#connection.call(GroupServiceService.listGroups, {
        ...page,
        ...filter,
      })
      return requireOne('group', name, groups)
    })
  }

  policy(name: string): Promise<string> {
    if (isId(name)) return Promise.resolve(name)
    return this.#once(`policy ${name}`, async () => {
      const { policies } = await this.#connection.call(PolicyServiceService.listPolicies, {
        ...{ ...page, name, principal: undefined },
      })
      return requireOne('policy', name, policies)
    })
  }

  /** An id for a policy that the file makes, by which later changes find it. */
  newPolicy(name: string, id: string): string {
    const made = id === '' ? randomUUID() : id
    this.#known.set(`policy ${name}`, Promise.resolve(made))
    return made
  }

  #once(key: string, find: () => Promise<string>): Promise<string> {
    const known = this.#known.get(key) ?? find()
    this.#known.set(key, known)
    return known
  }
}

const page = { organizationId: '', pageSize: 100, pageToken: '' }
