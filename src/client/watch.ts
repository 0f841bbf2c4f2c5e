import { type Client, type Metadata, type ServiceError, status } from '@grpc/grpc-js'
import {
  WatchNews,
  WatchRequest,
  type WatchResponse,
  WatchServiceService,
} from '../grpc/gen/postern/v1/watch.js'
import { toMs } from './answer.js'
import { silenceMsMax, type Told } from './leases.js'
import { fromServiceError, PosternError } from './postern-error.js'
import { readRevision } from './revision.js'
import type { Surroundings } from './surroundings.js'

export interface WatchDeps {
  readonly client: Client
  readonly metadata: Metadata
  readonly surroundings: Surroundings
  heard(told: Told): void
  /** Called when the stream is over, before it is tried anew. */
  lost(error: PosternError): void
}

const firstPauseMs = 100
const pauseMsMax = 10_000
/** One that has been silent for so long is given up, and tried anew. */
const givenUpMs = 2 * silenceMsMax

/** Keeps one Watch stream open, whatever becomes of it; answers how to stop. */
export function startWatching(deps: WatchDeps): () => void {
  const watching = new Watching(deps)
  watching.open()
  return () => watching.stop()
}

const { path, requestSerialize, responseDeserialize } = WatchServiceService.watch

class Watching {
  readonly #deps: WatchDeps
  #pauseMs = firstPauseMs
  #isStopped = false
  #cancel = () => {}
  #callOff = () => {}

  constructor(deps: WatchDeps) {
    this.#deps = deps
  }

  open(): void {
    const { client, metadata } = this.#deps
    const serialize = (value: WatchRequest) => requestSerialize(value)
    const deserialize = (bytes: Buffer) => responseDeserialize(bytes)
    const request = WatchRequest.create()
    const stream = client.makeServerStreamRequest(path, serialize, deserialize, request, metadata)
    this.#cancel = () => stream.cancel()
    let isOver = false
    const over = (error: PosternError) => {
      if (isOver) return
      isOver = true
      this.#over(error)
    }
    stream.on('data', (response: WatchResponse) => {
      if (!isOver) this.#take(response)
    })
    stream.on('error', (error: ServiceError) => over(fromServiceError(error)))
    // A server that ends it well has no more to tell either.
    stream.on('end', () => over(silent('the watch has ended')))
    this.#expect(() => {
      over(silent('the watch is silent'))
      stream.cancel()
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#callOff()
    this.#cancel()
  }

  #take(response: WatchResponse): void {
    const told = toTold(response)
    if (!told) {
      this.#cancel()
      return
    }
    this.#pauseMs = firstPauseMs
    this.#expectMore()
    this.#deps.heard(told)
  }

  #expectMore = () => {}

  #expect(giveUp: () => void): void {
    this.#expectMore = () => {
      this.#callOff()
      this.#callOff = this.#deps.surroundings.alarm(givenUpMs, giveUp)
    }
    this.#expectMore()
  }

  #over(error: PosternError): void {
    this.#callOff()
    if (this.#isStopped) return
    this.#deps.lost(error)
    const { alarm, random } = this.#deps.surroundings
    this.#callOff = alarm(this.#pauseMs * (0.5 + random()), () => this.open())
    this.#pauseMs = Math.min(pauseMsMax, this.#pauseMs * 2)
  }
}

function silent(message: string): PosternError {
  return new PosternError(message, { code: status.UNAVAILABLE })
}

/** `undefined` for what this version cannot make sense of. */
function toTold({ news, organizationId, revision: token, age }: WatchResponse): Told | undefined {
  const revision = readRevision(token)
  const ageMs = age ? toMs(age) : Number.POSITIVE_INFINITY
  return revision && { news: toNews(news), organizationId, revision, ageMs }
}

function toNews(news: WatchNews): Told['news'] {
  if (news === WatchNews.NONE) return 'none'
  return news === WatchNews.CHANGED ? 'changed' : 'forget'
}
