import { type Id, parseId } from '../../domain/ids.js'
import { parseInstant } from '../../domain/instant.js'
import { RecordReader } from '../../domain/record-reader.js'
import { parsePrintable } from '../../domain/text.js'
import { Validation } from '../../domain/validation.js'
import type { Slice } from '../../service/ports/search.js'

/** A request as the framework read it. */
export interface RawRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body?: unknown
}

const filterMax = 1_000
const idsMax = 1_000
const pageMax = 10_000
const pageSizeMax = 100
const pageSizeDefault = 20

/**
 * Reads one request, and collects everything that is wrong with it. In the query, what is unknown is
 * ignored and what is absent or empty filters nothing, as clients of this API expect.
 */
export class Input {
  readonly v = new Validation()
  readonly body: RecordReader
  readonly #path: ReadonlyMap<string, unknown>
  readonly #query: ReadonlyMap<string, unknown>

  constructor({ params, query, body }: RawRequest) {
    this.body = new RecordReader(
      this.v,
      body === undefined || isObject(body) ? '' : 'body',
      body ?? {},
    )
    this.#path = toMap(params)
    this.#query = toMap(query)
  }

  /** An empty segment is refused: to some use cases it would mean whoever asks. */
  path(name: string): string {
    const segment = String(this.#path.get(name) ?? '')
    if (segment === '') this.v.fail(name, 'REQUIRED', 'must be given')
    return segment
  }

  text(name: string): string | undefined {
    const raw = this.#query.get(name)
    if (raw === undefined || raw === '') return undefined
    if (typeof raw === 'string') {
      return parsePrintable(this.v, name, { text: raw, max: filterMax })
    }
    this.v.fail(name, 'CONSTRAINT', 'must not be given twice')
    return undefined
  }

  texts(name: string): string[] | undefined {
    const raw = this.#query.get(name)
    if (raw === undefined || raw === '') return undefined
    const texts = (Array.isArray(raw) ? raw : [raw]).map(String)
    if (texts.length > idsMax) this.v.fail(name, 'TOO_MANY', `must be at most ${idsMax}`)
    return texts.map((text) => parsePrintable(this.v, name, { text, max: filterMax }))
  }

  ids<T extends Id<string>>(name: string): T[] | undefined {
    return this.texts(name)?.map((text, index) => parseId<T>(this.v, `${name}[${index}]`, text))
  }

  id<T extends Id<string>>(name: string): T | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : parseId<T>(this.v, name, text)
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') this.v.fail(name, 'FORMAT', 'must be true or false')
    return text === 'true'
  }

  /** `undefined` for what is absent and for `none`, the word that filters nothing. */
  choice<T extends string>(name: string, options: readonly T[], none: string): T | undefined {
    const text = this.text(name)
    if (text === undefined || text === none) return undefined
    const found = options.find((option) => option === text)
    if (!found) this.v.fail(name, 'UNKNOWN', `must be one of ${options.join(', ')}`)
    return found
  }

  instant(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : parseInstant(this.v, name, text)
  }

  /** An instant of the body. */
  bodyInstant(name: string): number | undefined {
    const text = this.body.text(name)
    return text === '' ? undefined : parseInstant(this.v, name, text)
  }

  /** `orders` maps the words of this face to ours; the first is the default. */
  slice<Order extends string>(orders: Readonly<Record<string, Order>>): Slice<Order> {
    const size = this.#number('page_size', pageSizeMax) ?? pageSizeDefault
    const page = this.#number('page', pageMax) ?? 1
    return { ...this.#order(orders), offset: (page - 1) * size, size }
  }

  #order<Order extends string>(orders: Readonly<Record<string, Order>>) {
    const words = Object.keys(orders).flatMap((word) => [`${word}_asc`, `${word}_desc`])
    const word = this.choice('order_by', words, '') ?? words[0] ?? ''
    const order = orders[word.replace(/_(asc|desc)$/, '')]
    if (order === undefined) throw new Error('a list has no order')
    return { order, descending: word.endsWith('_desc') }
  }

  #number(name: string, max: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= 1 && number <= max)) {
      this.v.fail(name, 'CONSTRAINT', `must be a number from 1 to ${max}`)
      return undefined
    }
    return number
  }
}

function toMap(raw: unknown): ReadonlyMap<string, unknown> {
  return new Map(isObject(raw) ? Object.entries(raw) : [])
}

function isObject(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}
