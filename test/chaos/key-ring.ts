import { fresh } from '../support/acts.js'
import type { Administrator } from './administrator.js'
import { allowed, grantedAction, type Subject } from './subject.js'
import { anApplication, attach } from './toggles.js'

/** An application whose keys are made and deleted; each key is a subject of its own. */
export interface KeyRing {
  /** Those that are there, and the last few that are not any more. */
  readonly asked: readonly Subject[]
  /** Makes a key, or deletes the oldest when there are enough. */
  act(by: Administrator): Promise<void>
}

interface HeldKey extends Subject {
  readonly accessKey: string
}

const heldMax = 3
const askedMax = 8

export async function createKeyRing(by: Administrator): Promise<KeyRing> {
  const name = fresh('ring')
  const application = await anApplication(by, name)
  await attach(by, { application, name })
  const held: HeldKey[] = []
  const asked: Subject[] = []
  return {
    asked,
    async act(by) {
      if (held.length >= heldMax) {
        const oldest = held.shift()
        if (oldest) await deleteKey(by, oldest)
        return
      }
      const key = await makeKey(by, application)
      if (!key) return
      held.push(key)
      asked.push(key)
      if (asked.length > askedMax) asked.shift()
    },
  }
}

export async function makeKey(
  by: Administrator,
  application: string,
): Promise<HeldKey | undefined> {
  const name = fresh('key')
  const made = await by.write(
    async (api) => {
      const bearer = { $case: 'applicationId', value: application } as const
      const { secret, apiKey } = await api.apiKeys.createApiKey({ bearer })
      return { secret, accessKey: apiKey?.accessKey ?? '', revision: apiKey?.revision ?? '' }
    },
    { subject: name, effect: allowed },
  )
  if (!made) return undefined
  return { name, apiKey: made.secret, action: grantedAction, accessKey: made.accessKey }
}

async function deleteKey(by: Administrator, { name, accessKey }: HeldKey): Promise<void> {
  const change = { subject: name, effect: 'deny KEY_NOT_FOUND' }
  await by.write((api) => api.apiKeys.deleteApiKey({ accessKey }), change)
}
