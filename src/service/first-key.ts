import type { ApiKey } from '../domain/api-key.js'
import { defaultProjectId } from '../domain/project.js'
import { createAccessKey, createSecret } from '../domain/secret.js'
import type { User } from '../domain/user.js'
import type { Tools } from './act.js'
import type { WriteTransaction } from './ports/store.js'

/** A write that no key of the organization makes: there is none yet. */
export interface KeylessAct {
  readonly tx: WriteTransaction
  readonly tools: Tools
  readonly nowMs: number
}

export interface FirstKey {
  readonly key: ApiKey
  /** The only time that anybody sees it. */
  readonly secret: string
  readonly secretHash: string
}

/** Makes the whole, never expiring key with which a user makes all its others. */
export async function insertFirstKey(
  { tx, tools, nowMs }: KeylessAct,
  bearer: User,
  secret = createSecret(tools.randomBytes),
): Promise<FirstKey> {
  const secretHash = tools.hashSecret(secret)
  const key: ApiKey = {
    id: createAccessKey(tools.randomBytes),
    organizationId: bearer.organizationId,
    bearer: { type: 'user', id: bearer.id },
    description: 'the first key',
    defaultProjectId: defaultProjectId(bearer.organizationId),
    narrowing: {},
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  }
  await tx.apiKeys.insert(key, { hash: secretHash })
  return { key, secret, secretHash }
}
