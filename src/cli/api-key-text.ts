import { ApiKey } from '../grpc/gen/postern/v1/api_key.js'
import { renderFields } from './table.js'
import type { Paint } from './terminal.js'

/** A key that was just made, with the one sight of its secret. */
export function issuedKeyText({ key, bearerName, secret }: IssuedKey, paint: Paint): string {
  const fields = renderFields([
    ['Access key', key.accessKey],
    ['Bearer', bearerText(key, bearerName)],
    ['Expires', timeText(key.expireTime, 'never')],
  ])
  const notice = 'The secret, shown this once; keep it somewhere safe:'
  return `${fields}\n${notice}\n\n  ${paint('bold', secret)}\n`
}

export interface IssuedKey {
  readonly key: ApiKey
  readonly bearerName: string
  readonly secret: string
}

export function bearerText({ bearer }: ApiKey, name: string): string {
  if (!bearer) return ''
  const kind = bearer.$case === 'userId' ? 'user' : 'application'
  return `${kind} ${name}`
}

export function timeText(time: Date | undefined, absent: string): string {
  return time === undefined ? absent : time.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** A message always carries its key; were it missing, an empty one would say so. */
export function givenKey(key: ApiKey | undefined): ApiKey {
  return key ?? ApiKey.fromPartial({})
}
