import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import {
  AuthorizeRequest,
  AuthorizeResponse,
  Decision,
  Freshness_Tier,
} from '../../src/grpc/gen/postern/v1/authorization.js'

export interface Asked {
  readonly tookMs: number
  readonly atMs: number
  readonly tier: 'memory' | 'shared' | 'store'
}

const path = '/postern.v1.AuthorizationService/Authorize'

/** A client that asks about keys which must be allowed, and nothing else. */
export class Asker {
  readonly #client: Client

  constructor(address: string) {
    const options = { 'grpc.use_local_subchannel_pool': 1 }
    this.#client = new Client(address, credentials.createInsecure(), options)
  }

  ask(apiKey: string): Promise<Asked> {
    const request = AuthorizeRequest.fromPartial({
      apiKey,
      action: 'iam:group:list',
      resource: {},
    })
    const startMs = performance.now()
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: AuthorizeResponse) => {
        if (error) reject(error)
        else if (answer?.decision !== Decision.ALLOW) reject(new Error('the key must be allowed'))
        else resolve({ tookMs: performance.now() - startMs, atMs: startMs, tier: tierOf(answer) })
      }
      this.#client.makeUnaryRequest(path, encode, AuthorizeResponse.decode, request, done)
    })
  }

  close(): void {
    this.#client.close()
  }
}

/** So many at a time, until there are no more. */
export async function askAll(
  asker: Asker,
  secrets: readonly string[],
  inFlight = 4,
): Promise<Asked[]> {
  const asked: Asked[] = []
  const queue = secrets.values()
  const lane = async () => {
    for (const secret of queue) asked.push(await asker.ask(secret))
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return asked
}

function encode(request: AuthorizeRequest): Buffer {
  return Buffer.from(AuthorizeRequest.encode(request).finish())
}

function tierOf({ freshness }: AuthorizeResponse): Asked['tier'] {
  if (freshness?.tier === Freshness_Tier.MEMORY) return 'memory'
  return freshness?.tier === Freshness_Tier.SHARED ? 'shared' : 'store'
}
