import type { Validation } from './validation.js'

const namePattern = /^[a-zA-Z0-9()._\- ]+$/
const tagPattern = /^[a-zA-Z0-9._\-/=+@ ]+$/
const emailPattern = /^[\x21-\x3f\x41-\x7e]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$/

/**
 * Characters that have no place in text that people and logs read: controls, format characters
 * (bidirectional overrides among them), lone surrogates, and U+FFFD, which is what invalid UTF-8
 * was decoded to.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\ufffd]/u

export const nameMax = 64
export const descriptionMax = 200
export const tagsMax = 10
const tagMax = 70
const emailMax = 254
const externalIdMax = 200

/** What nearly all text is made of, and can be told quickly. */
const plain = /^[\x20-\x7e]*$/

export function isPrintable(text: string): boolean {
  return plain.test(text) || !unprintable.test(text)
}

const ofOneByteEach = /^[\0-\xff]*$/
/** Written over after each use: some texts are secrets. */
const scratch = Buffer.allocUnsafeSlow(2_048)

/**
 * The same text in memory of its own. A text that was cut out of another keeps all of the other in
 * memory, a whole message perhaps, with the secrets that are in it: who keeps a part for long copies it.
 *
 * The copy is made by way of octets. Joining or cutting strings would make one that V8 compares with
 * others only by a slow call.
 */
export function ownText<T extends string>(text: T): T {
  const encoding = ofOneByteEach.test(text) ? 'latin1' : 'utf16le'
  const bytesMax = 2 * text.length
  const octets = bytesMax <= scratch.length ? scratch : Buffer.allocUnsafeSlow(bytesMax)
  const bytes = octets.write(text, encoding)
  const own = octets.toString(encoding, 0, bytes)
  octets.fill(0, 0, bytes)
  return own as T
}

/** How many bytes the text takes in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** 1 to 64 characters of `a-z A-Z 0-9 ( ) . _ -` and inner spaces, as Scaleway IAM has it. */
export function parseName(v: Validation, field: string, text: string): string {
  if (text === '') v.fail(field, 'REQUIRED', `must be 1 to ${nameMax} characters`)
  else if (text.length > nameMax) v.fail(field, 'TOO_LONG', `must be at most ${nameMax} characters`)
  else if (!namePattern.test(text) || text.trim() !== text) {
    v.fail(field, 'FORMAT', 'must hold only letters, digits, ( ) . _ - and inner spaces')
  }
  return text
}

/** At most 200 printable characters; may be empty. */
export function parseDescription(v: Validation, field: string, text: string): string {
  return parsePrintable(v, field, { text, max: descriptionMax })
}

export function parsePrintable(
  v: Validation,
  field: string,
  { text, max }: { text: string; max: number },
): string {
  if ([...text].length > max) v.fail(field, 'TOO_LONG', `must be at most ${max} characters`)
  else if (!isPrintable(text)) v.fail(field, 'FORMAT', 'must be printable, valid UTF-8 text')
  return text
}

/** At most 10 different tags of 1 to 70 characters. */
export function parseTags(v: Validation, field: string, tags: readonly string[]): string[] {
  if (tags.length > tagsMax) v.fail(field, 'TOO_MANY', `must hold at most ${tagsMax} tags`)
  const seen = new Set<string>()
  tags.forEach((tag, index) => {
    const path = `${field}[${index}]`
    if (tag === '') v.fail(path, 'REQUIRED', `must be 1 to ${tagMax} characters`)
    else if (tag.length > tagMax) v.fail(path, 'TOO_LONG', `must be at most ${tagMax} characters`)
    else if (!tagPattern.test(tag)) {
      v.fail(path, 'FORMAT', 'must hold only letters, digits, spaces and . _ - / = + @')
    } else if (seen.has(tag)) v.fail(path, 'DUPLICATE', 'must not be listed twice')
    seen.add(tag)
  })
  return [...tags]
}

/** Answers the one spelling by which a person is known: lower case. */
export function parseEmail(v: Validation, field: string, text: string): string {
  const email = text.toLowerCase()
  if (text === '') v.fail(field, 'REQUIRED', 'must be an e-mail address')
  else if (text.length > emailMax)
    v.fail(field, 'TOO_LONG', `must be at most ${emailMax} characters`)
  // Before the change of case, which makes plain letters of some that are not.
  else if (!emailPattern.test(text)) v.fail(field, 'FORMAT', 'must be an e-mail address')
  return email
}

/** The empty string means none. */
export function parseExternalId(v: Validation, field: string, text: string): string | undefined {
  parsePrintable(v, field, { text, max: externalIdMax })
  return text === '' ? undefined : text
}
