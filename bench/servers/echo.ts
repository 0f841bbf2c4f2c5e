import { Server, ServerCredentials } from '@grpc/grpc-js'
import { reportCpu } from './report-cpu.js'

/** The least that @grpc/grpc-js can do for a unary call: raw bytes in, none out. */

const bytes = (value: Buffer) => value
const nothing = Buffer.alloc(0)

const server = new Server()
server.addService(
  {
    echo: {
      path: '/bench.Echo/Echo',
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  },
  { echo: (_: unknown, callback: (error: null, reply: Buffer) => void) => callback(null, nothing) },
)
const listen = process.env.ECHO_LISTEN ?? '127.0.0.1:0'
server.bindAsync(listen, ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error
  reportCpu({ address: listen.replace(/:0$/, `:${port}`) })
})
