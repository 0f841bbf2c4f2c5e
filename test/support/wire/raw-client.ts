import { connect } from 'node:http2'
import { paths } from './engines.js'

export interface RawCallParts {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface RawAnswer {
  readonly httpStatus: number | undefined
  /** As it was sent, in headers or trailers. */
  readonly status: string | undefined
  readonly message: string | undefined
  readonly body: Buffer
}

/** A call by hand, over node:http2, which lets broken ones through. */
export function rawCall(to: { readonly port: number }, call: RawCallParts): Promise<RawAnswer> {
  const session = connect(`http://127.0.0.1:${to.port}`)
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': paths.echo,
    te: 'trailers',
    'content-type': 'application/grpc',
    ...call.headers,
  })
  return new Promise((resolve) => {
    let seen: Record<string, unknown> = {}
    const body: Buffer[] = []
    stream.on('response', (headers) => {
      seen = { ...seen, ...headers }
    })
    stream.on('trailers', (trailers) => {
      seen = { ...seen, ...trailers }
    })
    stream.on('data', (chunk: Buffer) => body.push(chunk))
    stream.on('error', () => {})
    stream.on('close', () => {
      session.destroy()
      resolve({
        httpStatus: seen[':status'] as number | undefined,
        status: seen['grpc-status'] as string | undefined,
        message: seen['grpc-message'] as string | undefined,
        body: Buffer.concat(body),
      })
    })
    stream.end(call.body)
  })
}
