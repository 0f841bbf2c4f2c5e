import type { EnvoyRequest } from './envoy-check.js'

export type EnvoyForm = readonly [name: string, request: EnvoyRequest]

type HeaderOf = readonly [string, string | Buffer]

const to = (key: string) => {
  const bearer: HeaderOf = ['authorization', `Bearer ${key}`]
  return (path: string, parts: EnvoyRequest | object = {}, ...more: HeaderOf[]): EnvoyRequest => ({
    path,
    headers: [bearer, ...more],
    ...parts,
  })
}

const open = '/files/public/a'
const inner = '/files/inner/a'
const secret = '/files/secret/a'

/** As Envoy builds them for requests that may pass. */
export function passingForms(key: string): EnvoyForm[] {
  const as = to(key)
  const withHeaders = (...headers: HeaderOf[]) => as(open, {}, ...headers)
  return [
    ['the least', as(open)],
    ['a query', as(`${open}?b=c&d=%2e`)],
    ['a whole body', as(open, { body: 'a=b' })],
    ['a body that was cut', as(open, { body: 'a'.repeat(8_192), isPartial: true })],
    ['an empty body', as(open, { body: '' })],
    ['a body of bytes', as(open, { body: Buffer.from('ff00fe', 'hex') })],
    ['bytes that were cut', as(open, { body: Buffer.alloc(4_096, 0xff), isPartial: true })],
    ['HTTP/1.0', as(open, { protocol: 'HTTP/1.0' })],
    ['HTTP/2', as(open, { protocol: 'HTTP/2' })],
    ['HTTP/3', as(open, { protocol: 'HTTP/3' })],
    ['plain text', as(open, { scheme: 'http' })],
    ['HEAD', as(open, { method: 'HEAD' })],
    ['a port', as(open, { authority: 'app.test:8443' })],
    ['an address', as(open, { source: '203.0.113.7' })],
    ['an address of IPv6', as(open, { source: '2001:db8::7' })],
    ['a pipe', as(open, { source: { pipe: '/run/envoy.sock' } })],
    ['an inner address', as(inner, { source: '10.1.2.3' })],
    [
      'an inner address, and an outer one told',
      {
        ...as(inner, { source: '10.1.2.3' }),
        headers: [...(as(inner).headers ?? []), ['x-forwarded-for', '203.0.113.7']],
      },
    ],
    ["somebody else's extensions", as(open, { extensions: { virtual_host: 'web' } })],
    ['metadata of other filters', as(open, { more: { 11: Buffer.alloc(0) } })],
    ['a TLS session', as(open, { more: { 12: Buffer.from('0a08617070', 'hex') } })],
    ['hops', withHeaders(['x-forwarded-for', '203.0.113.7'], ['x-forwarded-for', '10.0.0.1'])],
    ['what Envoy adds', withHeaders(['x-envoy-external-address', '203.0.113.7'])],
    ['a client certificate', withHeaders(['x-forwarded-client-cert', 'By=spiffe://a;Hash=b'])],
    ['a header twice', withHeaders(['accept', 'text/html'], ['accept', '*/*'])],
    ['a header thrice, first empty', withHeaders(['x-a', ''], ['x-a', 'foo'], ['x-a', 'bar'])],
    ['a header that is no UTF-8', withHeaders(['x-a', Buffer.from('ff61', 'hex')])],
    ['cookies', withHeaders(['cookie', 'a=b; c=d'])],
    ['trailers', withHeaders(['te', 'trailers'])],
    ['a token', { path: open, headers: [['x-auth-token', key]] }],
  ]
}

/** As Envoy builds them for requests that may not. */
export function stoppedForms(key: string, otherKey: string): EnvoyForm[] {
  const as = to(key)
  const withHeaders = (...headers: HeaderOf[]) => as(open, {}, ...headers)
  const outer = { source: '203.0.113.7' }
  return [
    ['the secret with a body', as(secret, { body: 'a' })],
    ['the secret with a cut body', as(secret, { body: 'a', isPartial: true })],
    ['another path in :path', as(secret, { pseudo: { ':path': open } })],
    ['another method in :method', as(open, { method: 'DELETE', pseudo: { ':method': 'GET' } })],
    ['a method in the headers', as(open, { method: 'PUT' }, ['x-http-method-override', 'GET'])],
    ['no address', as(inner)],
    ['an outer address', as(inner, outer)],
    ['an outer address of IPv6', as(inner, { source: '2001:db8::7' })],
    ['a pipe', as(inner, { source: { pipe: '10.0.0.1' } })],
    ['an outer address, told otherwise', as(inner, outer, ['x-forwarded-for', '10.9.9.9'])],
    ['the same in another spelling', as(inner, outer, ['x_forwarded_for', '10.9.9.9'])],
    ['another spelling', withHeaders(['x_forwarded_for', '10.9.9.9'])],
    ['two keys', withHeaders(['authorization', `Bearer ${otherKey}`])],
    ['a key twice', withHeaders(['authorization', `Bearer ${key}`])],
    ['an empty one behind', withHeaders(['authorization', ''])],
    ['a token, too', withHeaders(['x-auth-token', otherKey])],
    ['a key that is no UTF-8', { path: open, headers: [['authorization', Buffer.from('ff')]] }],
    ['no headers', { path: open }],
    ['a claim', withHeaders(['postern-principal', 'user:evil'])],
    ['a claim in another spelling', withHeaders(['postern_principal', 'user:evil'])],
    ['an order to drop', withHeaders(['connection', 'close'], ['connection', 'postern-principal'])],
    ['a fragment', as(`${open}#a`)],
    ['no path', as('')],
    ['CONNECT', as('', { method: 'CONNECT', authority: 'app.test:443' })],
    ['OPTIONS *', as('*', { method: 'OPTIONS' })],
    ['no such extension', as(open, { extensions: { 'postern.verdict': 'allow' } })],
    ['an extension that asks another', as(open, { extensions: { 'postern.action': 'a:b' } })],
  ]
}
