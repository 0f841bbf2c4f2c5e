/**
 * A header list, RFC 9113 section 8.2: names and values in turns, in the order of the wire. One
 * flat array, because a list is made for each request and most of them are read once.
 */
export type Fields = readonly string[]

/** The first value of `name`; absence is `undefined`. */
export function findField(fields: Fields, name: string): string | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === name) return fields[at + 1]
  }
  return undefined
}

/** Every value of `name`, in order. */
export function fieldValues(fields: Fields, name: string): string[] {
  const values: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === name) values.push(fields[at + 1] ?? '')
  }
  return values
}
