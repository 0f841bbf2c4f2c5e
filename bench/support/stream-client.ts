import { once } from 'node:events'
import { connect } from 'node:http2'

export interface StreamPlan {
  /** Asked one after the other, again and again. */
  readonly messages: readonly Buffer[]
  readonly count: number
  /** Questions that are not answered yet, at most. */
  readonly window: number
}

const path = '/postern.v1.AuthorizationService/AuthorizeStream'
const prefixBytes = 5
const windowBytes = 64 * 1_048_576

/**
 * Asks over one stream of one connection, many questions to a write, so that the client costs less
 * than the server; answers how long it took and what came last.
 */
export async function streamQuestions(
  address: string,
  { messages, count, window }: StreamPlan,
): Promise<{ seconds: number; last: Buffer }> {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: windowBytes } })
  await once(session, 'connect')
  session.setLocalWindowSize(windowBytes)
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const framed = Buffer.concat(messages.map(frame))
  const answers = new AnswerCounter()
  let asked = 0
  const askMore = () => {
    while (asked < count && asked - answers.count + messages.length <= window) {
      stream.write(framed)
      asked += messages.length
    }
    if (asked >= count) stream.end()
  }
  const startMs = performance.now()
  stream.on('data', (chunk: Buffer) => {
    answers.take(chunk)
    if (asked < count) askMore()
  })
  askMore()
  await once(stream, 'end')
  const seconds = (performance.now() - startMs) / 1_000
  session.close()
  if (answers.count !== asked) throw new Error(`${answers.count} answers to ${asked} questions`)
  return { seconds, last: answers.last }
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** Counts messages by their prefixes, and keeps the last. */
class AnswerCounter {
  count = 0
  last: Buffer = Buffer.alloc(0)
  #rest: Buffer = Buffer.alloc(0)

  take(chunk: Buffer): void {
    const octets = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = 0
    while (at + prefixBytes <= octets.length) {
      const end = at + prefixBytes + octets.readUInt32BE(at + 1)
      if (end > octets.length) break
      this.count += 1
      if (end === octets.length) this.last = octets.subarray(at + prefixBytes, end)
      at = end
    }
    this.#rest = octets.subarray(at)
  }
}
