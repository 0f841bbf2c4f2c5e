import { encodeRevision } from '../service/revision.js'
import type { WatchEvent } from '../service/watch/watcher.js'
import type { Watching } from '../service/watch/watching.js'
import { WatchNews, type WatchResponse, type WatchServiceServer } from './gen/postern/v1/watch.js'
import type { Methods } from './method.js'
import { sessionOf } from './session.js'
import { toDuration } from './values.js'

export function watchHandlers({ stream }: Methods, watching: Watching): WatchServiceServer {
  return {
    watch: stream(async (call, fail) => {
      const watcher = await watching.open(sessionOf(call), {
        send: (event) => call.write(toResponse(event)),
        end: fail,
      })
      call.on('drain', () => watcher.drain())
      call.on('cancelled', () => watcher.end())
      if (call.cancelled) watcher.end()
    }),
  }
}

const news = {
  none: WatchNews.NONE,
  changed: WatchNews.CHANGED,
  forget: WatchNews.FORGET,
} as const satisfies Record<WatchEvent['news'], WatchNews>

function toResponse({ organizationId, revision, ageMs, ...event }: WatchEvent): WatchResponse {
  return {
    news: news[event.news],
    organizationId,
    revision: encodeRevision(revision),
    age: Number.isFinite(ageMs) ? toDuration(ageMs) : undefined,
  }
}
