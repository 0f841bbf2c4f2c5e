import { createWireServer } from '../../src/wire/server.js'
import { reportCpu } from './report-cpu.js'

/** The least that the transport can do for a unary call: raw octets in, none out. */

const nothing = Buffer.alloc(0)

const server = createWireServer({
  limits: { busyPollMs: Number(process.env.WIRE_BUSY_POLL_MS ?? 0.1) },
  methods: { '/bench.Echo/Echo': { kind: 'unary', handle: () => nothing } },
})
const port = await server.listen({ host: '127.0.0.1', port: 0 })
reportCpu({ address: `127.0.0.1:${port}` })
