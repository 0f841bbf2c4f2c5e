import type { RawQuestion, RawResource } from '../../domain/question.js'

/** A question as it came, its key included. */
export interface AskedQuestion extends RawQuestion {
  readonly apiKey: string
}

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
    const tag = octets.charCodeAt(cursor.at++)
    // Whatever comes twice is merged by rules of its own.
    if (!(tag <= requestTag) || (seen & (1 << (tag >> 3))) !== 0) return undefined
    seen |= 1 << (tag >> 3)
    if (tag === apiKeyTag) apiKey = cursor.text(end)
    else if (tag === actionTag) action = cursor.text(end)
    else if (tag === resourceTag) resource = readResource(cursor, end)
    else if (tag === requestTag) request = readRequest(cursor, end)
    else return undefined
    if (cursor.isLost) return undefined
  }
  return cursor.at === end ? { apiKey, action, resource, request, context: undefined } : undefined
}

const apiKeyTag = 0x0a
const actionTag = 0x12
const resourceTag = 0x1a
const requestTag = 0x22

function readResource(cursor: Cursor, limit: number): RawResource {
  const texts = cursor.texts(limit, 6)
  return {
    organizationId: texts[0] ?? '',
    projectId: texts[1] ?? '',
    type: texts[2] ?? '',
    id: texts[3] ?? '',
    name: texts[4] ?? '',
    locality: texts[5] ?? '',
    attributes: undefined,
  }
}

function readRequest(cursor: Cursor, limit: number): NonNullable<RawQuestion['request']> {
  const texts = cursor.texts(limit, 2)
  return { ip: texts[0] ?? '', userAgent: texts[1] ?? '' }
}

/** Where a message is read, and whether what stands there was still plain. */
class Cursor {
  readonly #octets: string
  readonly #isAllAscii: boolean
  at: number
  isLost = false

  constructor(octets: string, at: number, isAllAscii: boolean) {
    this.#octets = octets
    this.#isAllAscii = isAllAscii
    this.at = at
  }

  text(limit: number): string {
    const end = this.#endOfField(limit)
    const start = this.at
    if (this.isLost || !(this.#isAllAscii || this.#isAscii(start, end))) {
      this.isLost = true
      return ''
    }
    this.at = end
    return this.#octets.slice(start, end)
  }

  /** The fields of a message of nothing but texts, numbered from 1 to `count`. */
  texts(limit: number, count: number): readonly string[] {
    const texts: string[] = []
    const end = this.#endOfField(limit)
    while (!this.isLost && this.at < end) {
      const tag = this.#octets.charCodeAt(this.at++)
      const index = (tag >> 3) - 1
      if ((tag & 7) !== 2 || index < 0 || index >= count || texts[index] !== undefined) {
        this.isLost = true
      } else texts[index] = this.text(end)
    }
    return texts
  }

  /** Reads the length that stands at the cursor; longer fields than 16 KiB are not plain. */
  #endOfField(limit: number): number {
    const low = this.#octets.charCodeAt(this.at++)
    const high = low < 0x80 ? 0 : this.#octets.charCodeAt(this.at++)
    const end = this.at + (low & 0x7f) + (high << 7)
    // Past the end of the octets there is no number, and no comparison is true of it.
    if (!(high < 0x80 && end <= limit)) this.isLost = true
    return end
  }

  #isAscii(start: number, end: number): boolean {
    const octets = this.#octets
    for (let at = start; at < end; at++) if (octets.charCodeAt(at) >= 0x80) return false
    return true
  }
}
