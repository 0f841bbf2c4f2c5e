import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { reportCpu } from './report-cpu.js'

/** The least that node:http2 can do for a unary call: one reply for everything, with its trailers. */

const emptyMessage = Buffer.alloc(5)

const server = createServer()
server.on('connection', (socket) => socket.setNoDelay(true))
server.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.resume()
  stream.end(emptyMessage)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  reportCpu({ address: `127.0.0.1:${port}` })
})
