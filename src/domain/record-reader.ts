import type { Validation } from './validation.js'

/**
 * Reads one record of untyped data, such as YAML or JSON was decoded to, key by key. What is
 * absent or null reads as empty; what has the wrong type is reported and reads as empty too. Make
 * one with `readRecord`, which reports the keys that nobody asked for.
 */
export class RecordReader {
  readonly v: Validation
  /** Where the record stands, as violations say it; empty for the outermost. */
  readonly field: string
  readonly #entries: ReadonlyMap<string, unknown>
  readonly #asked = new Set<string>()

  constructor(v: Validation, field: string, raw: unknown) {
    this.v = v
    this.field = field
    if (!isRecord(raw)) v.fail(field, 'FORMAT', 'must be a map of names to values')
    this.#entries = new Map(isRecord(raw) ? Object.entries(raw) : [])
  }

  /** The path of one key of this record. */
  at(key: string): string {
    return this.field === '' ? key : `${this.field}.${key}`
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined
  }

  /** The value as it stands; `undefined` when absent or null. */
  raw(key: string): unknown {
    this.#asked.add(key)
    return this.#entries.get(key) ?? undefined
  }

  text(key: string): string {
    return readText(this.v, this.at(key), this.raw(key))
  }

  requiredText(key: string): string {
    const raw = this.raw(key)
    if (raw === undefined || raw === '') this.v.fail(this.at(key), 'REQUIRED', 'must be given')
    return readText(this.v, this.at(key), raw)
  }

  flag(key: string): boolean {
    const raw = this.raw(key) ?? false
    if (typeof raw === 'boolean') return raw
    this.v.fail(this.at(key), 'FORMAT', 'must be true or false')
    return false
  }

  /** One of `options`; the first when absent. */
  choice<T extends string>(key: string, options: readonly [T, ...T[]]): T {
    const raw = this.raw(key) ?? options[0]
    const found = options.find((option) => option === raw)
    if (!found) this.v.fail(this.at(key), 'FORMAT', `must be one of ${options.join(', ')}`)
    return found ?? options[0]
  }

  /** `read` is given each member of a list and its path. */
  list<T>(key: string, read: (field: string, raw: unknown) => T): T[] {
    const raw = this.raw(key) ?? []
    if (Array.isArray(raw)) {
      return Array.from(raw, (member: unknown, index) => read(`${this.at(key)}[${index}]`, member))
    }
    this.v.fail(this.at(key), 'FORMAT', 'must be a list')
    return []
  }

  texts(key: string): string[] {
    return this.list(key, (field, raw) => {
      if (raw === undefined || raw === null || raw === '') {
        this.v.fail(field, 'REQUIRED', 'must not be empty')
      }
      return readText(this.v, field, raw)
    })
  }

  records<T>(key: string, read: (record: RecordReader) => T): T[] {
    return this.list(key, (field, raw) => readRecord(this.v, field, { raw, read }))
  }

  /** `undefined` when there is no such key. */
  record<T>(key: string, read: (record: RecordReader) => T): T | undefined {
    const raw = this.raw(key)
    return raw === undefined ? undefined : readRecord(this.v, this.at(key), { raw, read })
  }

  reportUnknown(): void {
    for (const key of this.#entries.keys()) {
      if (!this.#asked.has(key)) this.v.fail(this.at(key), 'UNKNOWN', 'is not a key known here')
    }
  }
}

export function readRecord<T>(
  v: Validation,
  field: string,
  { raw, read }: { readonly raw: unknown; readonly read: (record: RecordReader) => T },
): T {
  const record = new RecordReader(v, field, raw)
  const value = read(record)
  record.reportUnknown()
  return value
}

function readText(v: Validation, field: string, raw: unknown): string {
  if (raw === undefined || raw === null) return ''
  if (typeof raw === 'string') return raw
  const hint = typeof raw === 'object' ? '' : ': put it in quotes'
  v.fail(field, 'FORMAT', `must be text${hint}`)
  return ''
}

function isRecord(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}
