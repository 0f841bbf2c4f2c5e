import { once } from 'node:events'
import { connect } from 'node:net'

/** One request, written byte by byte: no client library mends it. */
export interface RawRequest {
  readonly method?: string
  readonly target: string
  readonly headers?: readonly string[]
}

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number
  readonly text: string
}

export async function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', target, headers = [] } = request
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: app.test', 'Connection: close', ...headers]
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  // A proxy that cuts the connection has answered too.
  socket.on('error', () => {})
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text }
}
