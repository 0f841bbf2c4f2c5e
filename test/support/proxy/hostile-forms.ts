import type { RawRequest } from './raw-request.js'

/**
 * The key may read what is under /files/public/, and what is under /files/inner/ from 10.0.0.0/8,
 * where nobody is; each of these tries for more.
 */
export function hostileForms(key: string, otherKey: string): [string, RawRequest][] {
  const bearer = `Authorization: Bearer ${key}`
  const to = (target: string, ...headers: string[]): RawRequest => ({
    target,
    headers: [bearer, ...headers],
  })
  const targets: Record<string, string> = {
    'the secret itself': '/files/secret/a',
    'dot segments': '/files/public/../secret/a',
    'dot segments up to the root': '/files/public/../../files/secret/a',
    'a single dot': '/files/./secret/a',
    'dot segments at the end': '/files/public/..',
    'encoded dots': '/files/public/%2e%2e/secret/a',
    'encoded dots in capitals': '/files/public/%2E%2E/secret/a',
    'one encoded dot': '/files/public/.%2e/secret/a',
    'an encoded slash': '/files/public%2f..%2fsecret/a',
    'an encoded slash after dots': '/files/public/..%2fsecret/a',
    'a doubly encoded path': '/files/public/%252e%252e/secret/a',
    'a doubly encoded slash': '/files/public/..%252fsecret/a',
    'a triply encoded path': '/files/public/%25252e%25252e/secret/a',
    'double slashes in front': '//files/secret/a',
    'double slashes within': '/files//secret/a',
    'double slashes and dots': '/files/public//../secret/a',
    'a letter encoded': '/files/%73ecret/a',
    'a letter encoded in the first segment': '/%66iles/secret/a',
    'a parameter after dots': '/files/public/..;/secret/a',
    'a parameter': '/files/secret;v=1/a',
    'a parameter in a public path': '/files/public;/../secret/a',
    'an encoded semicolon': '/files/public/..%3b/secret/a',
    backslashes: '/files/public/..\\secret/a',
    'encoded backslashes': '/files/public/..%5csecret/a',
    NUL: '/files/public/a%00/../../secret/a',
    'NUL at the end': '/files/secret/a%00',
    'overlong dots': '/files/public/%c0%ae%c0%ae/secret/a',
    'an overlong slash': '/files/public/..%c0%afsecret/a',
    'a longer overlong slash': '/files/public/..%e0%80%afsecret/a',
    'a full-width dot': '/files/public/%ef%bc%8e%ef%bc%8e/../secret/a',
    'a %u escape': '/files/public/%u002e%u002e/secret/a',
    'a broken escape': '/files/public/%2',
    'a line break': '/files/public/a%0d%0aX-Forwarded-Uri:/a',
    'a fragment': '/files/public/a#/../../secret/a',
    'an encoded fragment': '/files/public/..%23/secret/a',
    'an encoded query': '/files/public/..%3f/secret/a',
    'white space at an edge': '/files/secret%20/a',
    'a tab': '/files/public/%09/a',
    'another spelling of a letter': '/files/public/e%cc%81',
    'a raw byte': '/files/public/\xe9',
    'a slash at the end': '/files/public/a/',
    'another case': '/FILES/secret/a',
    'absolute form': 'http://app.test/files/secret/a',
    'absolute form of another host': 'http://evil.test/files/secret/a',
    'absolute form of a host that is closed': 'http://closed.test/files/public/a',
    'no path': '*',
  }
  return [
    ...Object.entries(targets).map(([name, target]): [string, RawRequest] => [name, to(target)]),
    ['two Authorization headers', to('/files/public/a', `Authorization: Bearer ${otherKey}`)],
    ['two equal Authorization headers', to('/files/public/a', bearer)],
    ['two in other cases', to('/files/public/a', `AUTHORIZATION: Bearer ${otherKey}`)],
    ['two joined', { target: '/files/public/a', headers: [`${bearer},Bearer ${otherKey}`] }],
    ['a token besides', to('/files/public/a', `X-Auth-Token: ${otherKey}`)],
    ['two schemes', to('/files/public/a', 'Authorization: Basic YTpi')],
    ['a spoofed target', to('/files/secret/a', 'X-Forwarded-Uri: /files/public/a')],
    ['a spoofed original target', to('/files/secret/a', 'X-Original-URI: /files/public/a')],
    ['a spoofed original URL', to('/files/public/a', 'X-Original-URL: /files/secret/a')],
    ['a rewritten URL', to('/files/public/a', 'X-Rewrite-URL: /files/secret/a')],
    ['a spoofed method', { ...to('/files/public/a', 'X-Forwarded-Method: GET'), method: 'DELETE' }],
    [
      'a spoofed original method',
      { ...to('/files/public/a', 'X-Original-Method: GET'), method: 'DELETE' },
    ],
    ['no inner address', to('/files/inner/a')],
    ...['X-Forwarded-For', 'X_Forwarded_For', 'x-forwarded_for', 'X.Forwarded-For'].map(
      (name): [string, RawRequest] => [
        `a spoofed address, ${name}`,
        to('/files/inner/a', `${name}: 10.9.9.9`),
      ],
    ),
    ['another spelling of the target', to('/files/secret/a', 'X_Forwarded_Uri: /files/public/a')],
    ['a method override', to('/files/public/a', 'X-HTTP-Method-Override: DELETE')],
    ['another method override', to('/files/public/a', 'X-Method-Override: DELETE')],
    ['a third method override', to('/files/public/a', 'X-HTTP-Method: DELETE')],
    ['another method', { ...to('/files/public/a'), method: 'DELETE' }],
    ['a method in small letters', { ...to('/files/public/a'), method: 'get' }],
    ['a method nobody knows', { ...to('/files/public/a'), method: 'PROPFIND' }],
    ['a verdict of its own', to('/files/secret/a', 'Postern-Decision: allow')],
    ['a query that looks like a path', to('/files/secret/a?/files/public/a')],
    ['a query that says what to ask', to('/files/secret/a?action=files:read&type=file&id=public')],
    ['no key', { target: '/files/public/a' }],
    ['a key of another form', { target: '/files/public/a', headers: [`Authorization: ${key}`] }],
    ['an unknown key', { target: '/files/public/a', headers: ['Authorization: Bearer pst_x'] }],
  ]
}

/**
 * Requests that may pass, as long as the application is told nothing that the client says here of
 * itself, and all that Postern says.
 */
export function falseClaims(key: string): [string, RawRequest][] {
  const claim = (...headers: string[]): [string, RawRequest] => [
    headers.join(' and '),
    { target: '/files/public/a', headers: [`Authorization: Bearer ${key}`, ...headers] },
  ]
  const names = ['principal', 'organization', 'access_key', 'revision']
  return [
    claim('Postern-Principal: user:evil'),
    claim('Postern-Principal: user:evil', 'Postern-Principal: user:evil'),
    ...names.map((name) => claim(`postern_${name}: user:evil`)),
    claim('Postern-Access_Key: evil'),
    claim('POSTERN.PRINCIPAL: user:evil'),
    claim('Postern_Decision: deny evil'),
    claim('Connection: Postern-Principal'),
    claim('Connection: close, postern-principal'),
    claim('Connection: keep-alive', 'Connection: Postern-Organization'),
    claim('Connection: Postern-Principal', 'Postern_Principal: user:evil'),
    claim('Connection: Postern_Principal', 'Postern_Principal: user:evil'),
    claim('Connection: Authorization'),
    claim('Connection: X-Forwarded-For'),
  ]
}
