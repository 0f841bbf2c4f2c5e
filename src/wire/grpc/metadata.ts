import { type Fields, fieldValues, findField } from '../fields.js'

/**
 * What a client sent along. Nothing is worked out before it is asked for; calls with equal headers
 * share one of these.
 */
export class Metadata {
  readonly #fields: Fields

  constructor(fields: Fields) {
    this.#fields = fields
  }

  /** The first value, as octets in latin1; absence is `undefined`. */
  find(name: string): string | undefined {
    return findField(this.#fields, name)
  }

  /** Every value, in order. */
  all(name: string): string[] {
    return fieldValues(this.#fields, name)
  }

  /** The values of a name that ends in `-bin`; what is not base64 becomes what it can. */
  binary(name: string): Buffer[] {
    return this.all(name).flatMap((list) =>
      list.split(',').map((value) => Buffer.from(value, 'base64')),
    )
  }

  /** All of it in turns, without pseudo-header fields. */
  entries(): Fields {
    const entries: string[] = []
    for (let at = 0; at < this.#fields.length; at += 2) {
      const name = this.#fields[at] ?? ''
      if (!name.startsWith(':')) entries.push(name, this.#fields[at + 1] ?? '')
    }
    return entries
  }
}

const nameForm = /^[0-9a-z_.-]+$/
const valueForm = /^[\x20-\x7e]*$/

/** One value of a name that ends in `-bin`, as it is sent. */
export function binaryValue(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64').replace(/=+$/, '')
}

/** Answers `fields` when they may be sent; throws for what would break the framing. */
export function metadataFields(fields: Fields): Fields {
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    if (!nameForm.test(name)) throw new Error(`metadata cannot be named \`${name}\``)
    if (!valueForm.test(fields[at + 1] ?? '')) {
      throw new Error(`metadata \`${name}\` has a value that cannot be sent`)
    }
  }
  return fields
}
