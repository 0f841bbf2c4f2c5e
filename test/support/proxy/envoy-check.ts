import { BinaryWriter } from '@bufbuild/protobuf/wire'
import {
  type AttributeContext_HttpRequest,
  AttributeContext_HttpRequest as HttpRequest,
} from '../../../src/grpc/gen/envoy/service/auth/v3/external_auth.js'

/** A request as Envoy has it before its filter asks, and what else Envoy knows of it. */
export interface EnvoyRequest {
  readonly method?: string
  readonly path: string
  readonly authority?: string
  /** In their order, in small letters; those sent twice stand here twice. */
  readonly headers?: readonly (readonly [name: string, value: string | Buffer])[]
  /** Pseudo headers that say something else than the fields do. */
  readonly pseudo?: Readonly<Record<string, string>>
  readonly protocol?: string
  readonly scheme?: string
  /** Text is `body`, bytes are `raw_body`; `isPartial` is what Envoy then adds. */
  readonly body?: string | Buffer
  readonly isPartial?: boolean
  /** An address, or a pipe: what the client connected from. */
  readonly source?: string | { readonly pipe: string }
  readonly extensions?: Readonly<Record<string, string>>
  /** The whole of further fields of the attributes, by number. */
  readonly more?: Readonly<Record<number, Uint8Array>>
}

const fields = { scheme: 6, size: 9, protocol: 10, body: 11, rawBody: 12 } as const

/**
 * The bytes of a `CheckRequest`, fields that Postern does not read included. Without raw headers
 * those sent twice are joined by a comma and bytes that are no UTF-8 become "!"; with them, they are
 * kept apart and as they came.
 */
export function envoyCheck(request: EnvoyRequest, isRaw: boolean): Buffer {
  const http = new BinaryWriter().uint32(tag(1)).string('9117342658420713')
  http.raw(HttpRequest.encode(knownFields(request, isRaw)).finish())
  const { scheme = 'https', protocol = 'HTTP/1.1', body } = request
  http.uint32(tag(fields.scheme)).string(scheme).uint32(tag(fields.protocol)).string(protocol)
  http.uint32(fields.size << 3).int64(body === undefined ? -1 : Buffer.byteLength(body))
  if (typeof body === 'string') http.uint32(tag(fields.body)).string(body)
  else if (body) http.uint32(tag(fields.rawBody)).bytes(body)
  const time = part(
    1,
    new BinaryWriter()
      .uint32(1 << 3)
      .int64(1_700_000_000)
      .finish(),
  )
  const attributes = new BinaryWriter()
  if (request.source !== undefined) attributes.raw(part(1, peer(request.source)))
  attributes.raw(part(2, peer('192.0.2.80')))
  attributes.raw(part(4, Buffer.concat([time, part(2, http.finish())])))
  for (const [name, value] of Object.entries(request.extensions ?? {})) {
    const entry = new BinaryWriter().uint32(tag(1)).string(name).uint32(tag(2)).string(value)
    attributes.raw(part(10, entry.finish()))
  }
  for (const [number, bytes] of Object.entries(request.more ?? {})) {
    attributes.raw(part(Number(number), bytes))
  }
  return Buffer.from(part(1, attributes.finish()))
}

function knownFields(request: EnvoyRequest, isRaw: boolean): AttributeContext_HttpRequest {
  const { method = 'GET', path, authority = 'app.test', scheme = 'https', pseudo } = request
  const told = { ':authority': authority, ':path': path, ':method': method, ':scheme': scheme }
  const all = [
    ...Object.entries({ ...told, ...pseudo }),
    ...(request.headers ?? []),
    ['x-forwarded-proto', 'https'] as const,
    ['x-request-id', 'a5b6ce34-0d54-4a0a-8d2c-6b1f3d3a9c11'] as const,
    ...(request.body === undefined
      ? []
      : [['x-envoy-auth-partial-body', String(request.isPartial ?? false)] as const]),
  ]
  const headers: Record<string, string> = {}
  if (!isRaw) for (const [name, value] of all) headers[name] = join(headers[name], text(value))
  const listed = all.map(([key, value]) => ({ key, value: '', rawValue: Buffer.from(value) }))
  const headerMap = isRaw ? { headers: listed } : undefined
  return HttpRequest.fromPartial({ method, path, host: authority, headers, headerMap })
}

function join(known: string | undefined, value: string): string {
  return known === undefined ? value : `${known},${value}`
}

function text(value: string | Buffer): string {
  return typeof value === 'string' ? value : value.toString('latin1').replace(/[^ -~]/g, '!')
}

function peer(source: string | { readonly pipe: string }): Uint8Array {
  if (typeof source !== 'string') {
    return part(1, part(2, new BinaryWriter().uint32(tag(1)).string(source.pipe).finish()))
  }
  const socket = new BinaryWriter()
    .uint32(tag(2))
    .string(source)
    .uint32(3 << 3)
    .uint32(51_234)
  const principal = new BinaryWriter().uint32(tag(4)).string('spiffe://mesh/ns/web').finish()
  return Buffer.concat([part(1, part(1, socket.finish())), principal])
}

/** A field of bytes, text or a message. */
function part(number: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().uint32(tag(number)).bytes(bytes).finish()
}

function tag(number: number): number {
  return (number << 3) | 2
}
