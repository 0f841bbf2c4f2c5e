import type { RawQuestion, RawResource } from '../../domain/question.js'

/** A question as it came, its key included. */
export interface AskedQuestion extends RawQuestion {
  readonly apiKey: string
}

/** No plain question is longer; to look at what is could hold the thread for long. */
export const plainBytesMax = 65_536

/** Where in the octets the message stands; all of them, unless told. */
export interface Part {
  readonly start?: number
  readonly end?: number
  readonly isAscii?: boolean
}

/**
 * Reads an AuthorizeRequest of the plain kind, which nearly all are: only the fields below, each at
 * most once and in ASCII. Answers `undefined` for any other, valid or not, which is for the general
 * decoder: there is one truth about what is valid, and this is only the quick way to it.
 *
 * `octets` is the message in latin1: cutting texts out of one string costs less than reading each
 * from the bytes. Who knows that all of it is ASCII spares this the looking.
 *
 * | field | number |
 * | --- | --- |
 * | api_key, action | 1, 2 |
 * | resource: organization_id, project_id, type, id, name, locality | 3: 1 to 6 |
 * | request: ip, user_agent | 4: 1, 2 |
 */
export function readPlainQuestion(
  octets: string,
  { start = 0, end = octets.length, isAscii = false }: Part = {},
): AskedQuestion | undefined {
  const cursor = new Cursor(octets, start, isAscii)
  let apiKey = ''
  let action = ''
  let resource: RawResource | undefined
  let request: RawQuestion['request']
  let seen = 0
  while (cursor.at < end) {
    const tag = cursor.octets.charCodeAt(cursor.at++)
    // Whatever comes twice is merged by rules of its own; field numbers beyond 15 are no tags here.
    if (seen & (1 << (tag >> 3))) return undefined
    seen |= 1 << (tag >> 3)
    if (tag === 0x0a) apiKey = cursor.text(end)
    else if (tag === 0x12) action = cursor.text(end)
    else if (tag === 0x1a) resource = readResource(cursor, end)
    else if (tag === 0x22) request = readRequest(cursor, end)
    else return undefined
    if (cursor.isLost) return undefined
  }
  return { apiKey, action, resource, request, context: undefined }
}

function readResource(cursor: Cursor, limit: number): RawResource {
  const end = cursor.end(limit)
  let organizationId = ''
  let projectId = ''
  let type = ''
  let id = ''
  let name = ''
  let locality = ''
  let seen = 0
  while (cursor.at < end && !cursor.isLost) {
    const tag = cursor.octets.charCodeAt(cursor.at++)
    if (seen & (1 << (tag >> 3))) cursor.isLost = true
    seen |= 1 << (tag >> 3)
    if (tag === 0x0a) organizationId = cursor.text(end)
    else if (tag === 0x12) projectId = cursor.text(end)
    else if (tag === 0x1a) type = cursor.text(end)
    else if (tag === 0x22) id = cursor.text(end)
    else if (tag === 0x2a) name = cursor.text(end)
    else if (tag === 0x32) locality = cursor.text(end)
    else cursor.isLost = true
  }
  return { organizationId, projectId, type, id, name, locality, attributes: undefined }
}

function readRequest(cursor: Cursor, limit: number): NonNullable<RawQuestion['request']> {
  const end = cursor.end(limit)
  let ip = ''
  let userAgent = ''
  let seen = 0
  while (cursor.at < end && !cursor.isLost) {
    const tag = cursor.octets.charCodeAt(cursor.at++)
    if (seen & (1 << (tag >> 3))) cursor.isLost = true
    seen |= 1 << (tag >> 3)
    if (tag === 0x0a) ip = cursor.text(end)
    else if (tag === 0x12) userAgent = cursor.text(end)
    else cursor.isLost = true
  }
  return { ip, userAgent }
}

const notAscii = /[\x80-\xff]/

/** Where a message is read, and whether what stands there was still plain. */
class Cursor {
  readonly octets: string
  readonly #isAllAscii: boolean
  at: number
  isLost = false

  constructor(octets: string, at: number, isAllAscii: boolean) {
    this.octets = octets
    this.#isAllAscii = isAllAscii
    this.at = at
  }

  text(limit: number): string {
    const end = this.end(limit)
    const start = this.at
    if (this.isLost) return ''
    this.at = end
    const text = this.octets.slice(start, end)
    if (!this.#isAllAscii && notAscii.test(text)) this.isLost = true
    return text
  }

  /** Where the field ends whose length stands here; longer ones than 16 KiB are not plain. */
  end(limit: number): number {
    const low = this.octets.charCodeAt(this.at++)
    const high = low < 0x80 ? 0 : this.octets.charCodeAt(this.at++)
    const end = this.at + (low & 0x7f) + (high << 7)
    // Past the end of the octets there is no number, and no comparison is true of it.
    if (!(high < 0x80 && end <= limit)) this.isLost = true
    return end
  }
}
