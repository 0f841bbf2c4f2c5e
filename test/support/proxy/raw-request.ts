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
    // Some keep the connection for more than a minute when one of two headers asks them to.
    if (isWhole(text)) socket.destroy()
  })
  // A proxy that cuts the connection has answered too.
  socket.on('error', () => {})
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text }
}

/** Whether it is an answer that says where it ends, and has come that far. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n') + 4
  if (end < 4) return false
  const head = text.slice(0, end)
  if (/^transfer-encoding: *chunked/im.test(head)) return text.endsWith('\r\n0\r\n\r\n')
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  return length !== undefined && text.length >= end + Number(length)
}
