import { type CelInput, type CelList, type CelMap, celList, celMap } from '@bufbuild/cel'
import type { Attributes, AttributeValue } from './condition.js'
import type { Meter } from './meter.js'

/**
 * CEL's view of a JSON object: own properties only, converted when read. The library's own
 * conversion would look at `constructor` of the object, which is whatever its author says it is.
 */
export function viewOfObject(object: Attributes, meter: Meter): CelMap {
  return withNullKeys(celMap(new ObjectView(object, meter)))
}

/** The library takes a key whose value is null for an absent one; `has()` and `in` must not. */
export function withNullKeys(map: CelMap): CelMap {
  map.has = (key) => map.get(key) !== undefined
  return map
}

function viewOf(
  value: AttributeValue,
  meter: Meter,
): string | number | boolean | null | CelList | CelMap {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      return isList(value) ? viewOfList(value, meter) : viewOfObject(value, meter)
    default:
      throw new Error(`a ${typeof value} is not JSON`)
  }
}

function viewOfList(list: readonly AttributeValue[], meter: Meter): CelList {
  meter.spend(list.length)
  return celList(list.map((element) => viewOf(element, meter)))
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value)
}

class ObjectView implements ReadonlyMap<string, CelInput> {
  readonly #object: Attributes
  readonly #meter: Meter
  readonly #views = new Map<string, CelInput>()
  #keys: readonly string[] | undefined

  constructor(object: Attributes, meter: Meter) {
    this.#object = object
    this.#meter = meter
  }

  get size(): number {
    return this.#ownKeys().length
  }

  get(key: unknown): CelInput | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined
    const known = this.#views.get(key)
    if (known !== undefined) return known
    const value = this.#object[key]
    if (value === undefined) return undefined
    const view = viewOf(value, this.#meter)
    this.#views.set(key, view)
    return view
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined
  }

  keys(): MapIterator<string> {
    return this.#ownKeys().values()
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const key of this.#ownKeys()) yield [key, this.get(key) ?? null]
  }

  forEach(visit: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries()
  }

  #ownKeys(): readonly string[] {
    if (this.#keys) return this.#keys
    this.#keys = Object.keys(this.#object).filter((key) => this.#object[key] !== undefined)
    this.#meter.spend(this.#keys.length)
    return this.#keys
  }
}
