import type { Attributes, AttributeValue } from './condition/condition.js'
import { isPrintable, utf8Length } from './text.js'
import type { Validation } from './validation.js'

/** How much one map of attributes may hold. */
export interface AttributeLimits {
  readonly bytesMax: number
  readonly entriesMax: number
  readonly depthMax: number
  readonly listMax: number
  /** Entries and elements in all, those of maps and lists within included. */
  readonly totalMax: number
}

/** What is stored with a user or an application. */
export const storedAttributeLimits: AttributeLimits = {
  bytesMax: 4_096,
  entriesMax: 32,
  depthMax: 4,
  listMax: 100,
  totalMax: 750,
}

/**
 * What a caller sends along with a question. There are two maps, and to look through them holds up
 * everybody else: for less than a millisecond.
 */
export const questionAttributeLimits: AttributeLimits = {
  bytesMax: 16_384,
  entriesMax: 100,
  depthMax: 8,
  listMax: 100,
  totalMax: 750,
}

/** The limits are checked where attributes come in; lowering them must not lose what is stored. */
export const unlimitedAttributes: AttributeLimits = {
  bytesMax: Number.MAX_SAFE_INTEGER,
  entriesMax: Number.MAX_SAFE_INTEGER,
  depthMax: 100,
  listMax: Number.MAX_SAFE_INTEGER,
  totalMax: Number.MAX_SAFE_INTEGER,
}

/** Of whoever has none. */
export const noAttributes: Attributes = Object.freeze(Object.create(null))

/** Names that reach into JavaScript's own objects are nobody's attributes. */
const reserved = new Set(['__proto__', 'constructor', 'prototype'])
const keyMax = 128

/**
 * Checks JSON-like input of unknown shape and answers a deep-frozen copy without prototypes, so
 * that one request can never edit what another reads.
 */
export function parseAttributes(
  v: Validation,
  field: string,
  { value, limits }: { value: unknown; limits: AttributeLimits },
): Attributes {
  if (value === undefined || value === null) return noAttributes
  const reader = new AttributeReader(v, limits)
  const copy = reader.readMap(field, value, 1)
  if (!v.failed && isLonger(JSON.stringify(copy), limits.bytesMax)) {
    v.fail(field, 'TOO_LONG', `must be at most ${limits.bytesMax} bytes as JSON`)
  }
  return copy
}

/** In UTF-8. Most texts are so short or so long that nobody needs to count. */
function isLonger(text: string, bytesMax: number): boolean {
  if (text.length * 3 <= bytesMax) return false
  return text.length > bytesMax || utf8Length(text) > bytesMax
}

class AttributeReader {
  readonly #v: Validation
  readonly #limits: AttributeLimits
  #left: number

  constructor(v: Validation, limits: AttributeLimits) {
    this.#v = v
    this.#limits = limits
    this.#left = limits.totalMax
  }

  readMap(field: string, value: unknown, depth: number): Attributes {
    const copy: Record<string, AttributeValue> = Object.create(null)
    if (!isPlainObject(value)) {
      this.#v.fail(field, 'FORMAT', 'must be a map of names to values')
      return Object.freeze(copy)
    }
    const entries = Object.entries(value)
    if (entries.length > this.#limits.entriesMax) {
      this.#v.fail(field, 'TOO_MANY', `must hold at most ${this.#limits.entriesMax} entries`)
      return Object.freeze(copy)
    }
    if (!this.#hasRoom(field, entries.length)) return Object.freeze(copy)
    for (const [key, member] of entries) {
      if (this.#isKey(field, key)) copy[key] = this.#read(`${field}.${key}`, member, depth + 1)
    }
    return Object.freeze(copy)
  }

  #hasRoom(field: string, count: number): boolean {
    this.#left -= count
    if (this.#left >= 0) return true
    const description = `must hold at most ${this.#limits.totalMax} entries and elements in all`
    this.#v.fail(field, 'TOO_MANY', description)
    return false
  }

  #isKey(field: string, key: string): boolean {
    if (key !== '' && key.length <= keyMax && isPrintable(key) && !reserved.has(key)) return true
    this.#v.fail(field, 'FORMAT', `must have names of 1 to ${keyMax} printable characters`)
    return false
  }

  #read(field: string, value: unknown, depth: number): AttributeValue {
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'string') return this.#readText(field, value)
    if (typeof value === 'number') return this.#readNumber(field, value)
    if (depth > this.#limits.depthMax) {
      this.#v.fail(field, 'TOO_DEEP', `must nest at most ${this.#limits.depthMax} levels`)
      return null
    }
    if (Array.isArray(value)) return this.#readList(field, value, depth)
    return this.readMap(field, value, depth)
  }

  #readText(field: string, text: string): string {
    if (text.includes('\ufffd')) this.#v.fail(field, 'FORMAT', 'must be valid UTF-8 text')
    return text
  }

  #readNumber(field: string, number: number): number {
    if (!Number.isFinite(number)) this.#v.fail(field, 'FORMAT', 'must be a finite number')
    return number
  }

  #readList(field: string, list: readonly unknown[], depth: number): readonly AttributeValue[] {
    if (list.length > this.#limits.listMax) {
      this.#v.fail(field, 'TOO_MANY', `must hold at most ${this.#limits.listMax} elements`)
      return Object.freeze([])
    }
    if (!this.#hasRoom(field, list.length)) return Object.freeze([])
    const copy = list.map((member, index) => this.#read(`${field}[${index}]`, member, depth + 1))
    return Object.freeze(copy)
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
