import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import { type Bridge, createBridge } from '../../../../src/wire/bridge.js'
import { duplexPair } from '../../../../src/wire/duplex-pair.js'

/** What the server behind a bridge does with a call, by its path. */
const acts: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  '/test.Behind/Echo'(stream) {
    stream.respond({ ':status': 200 }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.pipe(stream)
  },
  '/test.Behind/Large'(stream) {
    stream.resume()
    stream.respond({ ':status': 200 }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.alloc(200_000))
  },
  '/test.Behind/Refuse'(stream) {
    stream.resume()
    stream.respond({ ':status': 200, 'grpc-status': '7' }, { endStream: true })
  },
  '/test.Behind/Reset'(stream) {
    stream.close(constants.NGHTTP2_CANCEL)
  },
  '/test.Behind/Break'(stream) {
    stream.respond({ ':status': 200 })
    stream.write('a')
    stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  },
  '/test.Behind/Die'(stream) {
    // Not in here: node:http2 aborts the process when a session goes while its frames are looked at.
    setImmediate(() => stream.session?.destroy())
  },
  '/test.Behind/Never'(stream) {
    stream.resume()
  },
}

export const behindPaths: readonly string[] = Object.keys(acts)
/** Which is answered only when somebody gives up. */
export const behindNeverPath = '/test.Behind/Never'

export function startBehind(): Http2Server {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    const act = acts[String(headers[':path'])]
    // Given up before it came to light.
    if (stream.destroyed) return
    if (act) act(stream)
    else stream.close(constants.NGHTTP2_REFUSED_STREAM)
  })
  server.on('sessionError', () => {})
  return server
}

/** Within the process, as the product has it. */
export function bridgeTo(behind: Http2Server): Bridge {
  return createBridge({
    connect() {
      const [ours, theirs] = duplexPair()
      behind.emit('connection', theirs)
      return ours
    },
  })
}
