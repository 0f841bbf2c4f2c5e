import type { RawQuestion, RawResource } from '../../domain/question.js'
import { SeenTexts, Source } from '../../domain/seen-texts.js'

/** A question as it came, its key included. */
export interface AskedQuestion extends RawQuestion {
  readonly apiKey: string
}

/** Where the texts of questions are found again. */
export interface QuestionTexts {
  readonly source: Source
  /** Keys: whoever provides it forgets them. */
  readonly secrets: SeenTexts
  /** What many questions have in common. */
  readonly terms: SeenTexts
  /** What is of one resource or request alone, and would drive the others out. */
  readonly names: SeenTexts
}

export function questionTexts(secrets: SeenTexts): QuestionTexts {
  return { source: new Source(), secrets, terms: new SeenTexts(), names: new SeenTexts() }
}

/** No plain question is longer; to look at what is could hold the thread for long. */
export const plainBytesMax = 65_536

/**
 * Reads an AuthorizeRequest of the plain kind, which nearly all are: only the fields below, each at
 * most once and in ASCII. Answers `undefined` for any other, valid or not, which is for the general
 * decoder: there is one truth about what is valid, and this is only the quick way to it. The message
 * is from `start` to before `end` of `octets`.
 *
 * | field | number |
 * | --- | --- |
 * | api_key, action | 1, 2 |
 * | resource: organization_id, project_id, type, id, name, locality | 3: 1 to 6 |
 * | request: ip, user_agent | 4: 1, 2 |
 */
export function readPlainQuestion(
  texts: QuestionTexts,
  octets: Buffer,
  start: number,
  end: number,
): AskedQuestion | undefined {
  const cursor = new Cursor(texts.source, octets, start)
  let apiKey = ''
  let action = ''
  let resource: RawResource | undefined
  let request: RawQuestion['request']
  let seen = 0
  while (cursor.at < end) {
    const tag = cursor.octet()
    // Whatever comes twice is merged by rules of its own; field numbers beyond 15 are no tags here.
    if (seen & (1 << (tag >> 3))) return undefined
    seen |= 1 << (tag >> 3)
    if (tag === 0x0a) apiKey = cursor.text(end, texts.secrets)
    else if (tag === 0x12) action = cursor.text(end, texts.terms)
    else if (tag === 0x1a) resource = readResource(texts, cursor, end)
    else if (tag === 0x22) request = readRequest(texts, cursor, end)
    else return undefined
    if (cursor.isLost) return undefined
  }
  return { apiKey, action, resource, request, context: undefined }
}

function readResource(texts: QuestionTexts, cursor: Cursor, limit: number): RawResource {
  const { terms, names } = texts
  const end = cursor.end(limit)
  let organizationId = ''
  let projectId = ''
  let type = ''
  let id = ''
  let name = ''
  let locality = ''
  let seen = 0
  while (cursor.at < end && !cursor.isLost) {
    const tag = cursor.octet()
    if (seen & (1 << (tag >> 3))) cursor.isLost = true
    seen |= 1 << (tag >> 3)
    if (tag === 0x0a) organizationId = cursor.text(end, terms)
    else if (tag === 0x12) projectId = cursor.text(end, terms)
    else if (tag === 0x1a) type = cursor.text(end, terms)
    else if (tag === 0x22) id = cursor.text(end, names)
    else if (tag === 0x2a) name = cursor.text(end, names)
    else if (tag === 0x32) locality = cursor.text(end, terms)
    else cursor.isLost = true
  }
  return { organizationId, projectId, type, id, name, locality, attributes: undefined }
}

function readRequest(
  { names }: QuestionTexts,
  cursor: Cursor,
  limit: number,
): NonNullable<RawQuestion['request']> {
  const end = cursor.end(limit)
  let ip = ''
  let userAgent = ''
  let seen = 0
  while (cursor.at < end && !cursor.isLost) {
    const tag = cursor.octet()
    if (seen & (1 << (tag >> 3))) cursor.isLost = true
    seen |= 1 << (tag >> 3)
    if (tag === 0x0a) ip = cursor.text(end, names)
    else if (tag === 0x12) userAgent = cursor.text(end, names)
    else cursor.isLost = true
  }
  return { ip, userAgent }
}

/** Where a message is read, and whether what stands there was still plain. */
export class Cursor {
  readonly #source: Source
  readonly #octets: Buffer
  at: number
  isLost = false

  constructor(source: Source, octets: Buffer, at: number) {
    source.turnTo(octets)
    this.#source = source
    this.#octets = octets
    this.at = at
  }

  octet(): number {
    return this.#octets[this.at++] ?? 0
  }

  text(limit: number, texts: SeenTexts): string {
    const end = this.end(limit)
    if (this.isLost) return ''
    const text = texts.read(this.#source, this.at, end)
    this.at = end
    if (text !== undefined) return text
    this.isLost = true
    return ''
  }

  /** Where the field ends whose length stands here; longer ones than 16 KiB are not plain. */
  end(limit: number): number {
    const low = this.octet()
    const high = low < 0x80 ? 0 : this.octet()
    const end = this.at + (low & 0x7f) + (high << 7)
    // So it is also where the length itself is cut off by the limit, whatever stands behind it.
    if (high >= 0x80 || end > limit) this.isLost = true
    return end
  }
}
