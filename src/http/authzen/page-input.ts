import { RecordReader } from '../../domain/record-reader.js'
import type { Validation } from '../../domain/validation.js'
import type { PageInput } from '../../service/page.js'

/** What a request says of the page that it wants; nothing: the first, of the usual size. */
export function readPageInput(v: Validation, request: object): PageInput {
  const raw = new RecordReader(v, '', request).raw('page') ?? {}
  const page = new RecordReader(v, 'page', raw)
  const limit = page.raw('limit') ?? 0
  if (typeof limit === 'number' && Number.isSafeInteger(limit)) {
    return { pageSize: limit, pageToken: page.text('token') }
  }
  v.fail(page.at('limit'), 'FORMAT', 'must be a whole number')
  return { pageSize: 0, pageToken: '' }
}
