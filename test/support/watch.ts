import { once } from 'node:events'
import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import {
  WatchNews,
  WatchRequest,
  type WatchResponse,
  WatchServiceService,
} from '../../src/grpc/gen/postern/v1/watch.js'
import { decodeRevision } from '../../src/service/revision.js'
import { type Refusal, readRefusal } from './api.js'

/** One call of Watch, and what came of it so far. */
export interface TestWatch {
  readonly events: readonly WatchResponse[]
  /** Resolves with the first event, of those to come too, that is so. */
  until(is: (event: WatchResponse) => boolean): Promise<WatchResponse>
  /** Of the call, once it has ended by itself. */
  readonly refusal: Promise<Refusal>
  cancel(): void
}

const { watch } = WatchServiceService

export function startWatch(address: string, secret: string): TestWatch {
  const client = new Client(address, credentials.createInsecure())
  const metadata = new Metadata()
  if (secret !== '') metadata.set('authorization', `Bearer ${secret}`)
  const stream: ClientReadableStream<WatchResponse> = client.makeServerStreamRequest(
    watch.path,
    watch.requestSerialize,
    watch.responseDeserialize,
    WatchRequest.create(),
    metadata,
  )
  const events: WatchResponse[] = []
  stream.on('data', (event: WatchResponse) => events.push(event))
  const ended = new Promise<ServiceError>((resolve) => stream.once('error', resolve))
  void ended.then(() => client.close())
  return {
    events,
    refusal: ended.then(readRefusal),
    async until(is) {
      for (;;) {
        const found = events.find(is)
        if (found) return found
        const end = await Promise.race([once(stream, 'data').then(() => undefined), ended])
        if (end) throw end
      }
    },
    cancel: () => stream.cancel(),
  }
}

export function isChange({ news }: WatchResponse): boolean {
  return news === WatchNews.CHANGED
}

/** Whether all up to the revision has been told. */
export function reaches(revision: string): (event: WatchResponse) => boolean {
  const { number } = decodeRevision(revision)
  return (event) => decodeRevision(event.revision).number >= number
}
