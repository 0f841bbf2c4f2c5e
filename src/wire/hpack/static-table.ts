/** RFC 7541 appendix A: the entries 1 to 61 that both sides know from the start. */
const entries = `
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`
  .trim()
  .split('\n')
  .map((line): readonly [name: string, value: string] => {
    const end = line.indexOf(' ')
    return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end + 1)]
  })

export const staticEntriesCount = entries.length

const names = ['', ...entries.map(([name]) => name)]
const values = ['', ...entries.map(([, value]) => value)]

/** `index` counts from 1. */
export function staticName(index: number): string {
  return names[index] ?? ''
}

export function staticValue(index: number): string {
  return values[index] ?? ''
}

const indexByName = new Map([...names.entries()].reverse().map(([index, name]) => [name, index]))
const indexByField = new Map(names.map((name, index) => [`${name} ${values[index]}`, index]))

/** The first entry with that name, or 0. */
export function staticIndexOfName(name: string): number {
  return indexByName.get(name) ?? 0
}

/** The entry with that name and value, or 0. */
export function staticIndexOfField(name: string, value: string): number {
  return indexByField.get(`${name} ${value}`) ?? 0
}
