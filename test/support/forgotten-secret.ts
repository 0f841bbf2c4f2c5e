import { createHash, randomBytes } from 'node:crypto'
import { getHeapSnapshot } from 'node:v8'
import { CachedEntities } from '../../src/cache/cached-entities.js'
import { createSecret } from '../../src/domain/secret.js'
import {
  AuthorizeBatchRequest,
  AuthorizeRequest,
  AuthorizeStreamRequest,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { createHotCalls } from '../../src/grpc/hot/hot-calls.js'
import { createAuthorizer } from '../../src/service/authorize.js'
import { RecentSecrets } from '../../src/service/recent-secrets.js'
import { memoryOptions } from './memory-options.js'
import { noHurry } from './paces.js'
import { ManualClock, ScriptedStore } from './scripted-store.js'

/**
 * A process that is asked with a key in every way, and prints whether anything in its heap still holds
 * the key: after that, and after the turns that make it forgotten.
 */

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex')
const caller = { admit: () => undefined, leftMs: () => 60_000, isGone: false }
const clock = new ManualClock()
const entities = new CachedEntities({
  store: new ScriptedStore(),
  clock,
  options: memoryOptions,
})
const secrets = new RecentSecrets(hash)
const authorizer = createAuthorizer({
  ...{ entities, secrets, pace: noHurry },
  now: () => clock.wallMs(),
})
const hot = createHotCalls({ authorizer, secretTexts: secrets.texts, pace: noHurry })

/** Octets are not in a snapshot of the heap: here the key is nothing else. */
function make() {
  const apiKey = createSecret((count) => randomBytes(count))
  const question = AuthorizeRequest.fromPartial({ apiKey, action: 'a:b', resource: {} })
  const streamed = AuthorizeStreamRequest.fromPartial({ id: 'a', question })
  const batch = AuthorizeBatchRequest.fromPartial({ questions: [question] })
  return {
    key: Buffer.from(apiKey),
    unary: Buffer.from(AuthorizeRequest.encode(question).finish()),
    streamed: Buffer.from(AuthorizeStreamRequest.encode(streamed).finish()),
    batch: Buffer.from(AuthorizeBatchRequest.encode(batch).finish()),
  }
}

async function ask({ unary, streamed, batch }: ReturnType<typeof make>): Promise<void> {
  await hot.authorize(unary, caller)
  await hot.authorizeStreamed(streamed, 0, streamed.length, caller)
  await hot.authorizeBatch(batch, caller)
}

async function isInHeap(key: Buffer): Promise<boolean> {
  // The engine keeps what the last of these was tried on; in a server there is always another.
  ;/^other$/.test('other')
  await new Promise(setImmediate)
  const pieces: Buffer[] = []
  for await (const piece of getHeapSnapshot()) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).includes(key)
}

const made = make()
await entities.feed.catchUp()
// From the store first, and then from memory.
for (let time = 0; time < 2; time++) await ask(made)
const isKept = await isInHeap(made.key)
secrets.turn()
secrets.turn()
console.log(JSON.stringify({ isKept, isForgotten: !(await isInHeap(made.key)) }))
