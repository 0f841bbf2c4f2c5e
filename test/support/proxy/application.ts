import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'

/** What stands behind a proxy, and writes down whatever reaches it. */
export interface Application {
  readonly port: number
  readonly reached: readonly { readonly line: string; readonly headers: IncomingHttpHeaders }[]
  close(): Promise<void>
}

export async function startApplication(): Promise<Application> {
  const reached: { line: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer((request, response) => {
    reached.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    response.end('through')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return {
    port: address.port,
    reached,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
