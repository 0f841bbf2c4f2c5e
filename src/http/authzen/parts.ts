import { RecordReader } from '../../domain/record-reader.js'
import { Validation } from '../../domain/validation.js'

/** What a request is made of. */
export const entities = ['subject', 'action', 'resource', 'context'] as const
export type Entity = (typeof entities)[number]

/** One entity of a request, and where it stands there: `evaluations[2].subject`. */
export interface Part {
  readonly field: string
  readonly raw: unknown
}

/** Those that the request does not have are absent. */
export type Parts = Readonly<Partial<Record<Entity, Part>>>

/** The entities that stand in a record; null is there too, and hides a default. */
export function partsOf(record: object, prefix = ''): Parts {
  const given = entities.filter((entity) => Object.hasOwn(record, entity))
  const members = new Map(Object.entries(record))
  return Object.fromEntries(
    given.map((entity) => [entity, { field: prefix + entity, raw: members.get(entity) }]),
  )
}

/** Reports an entity that is missing, or no map, once: what it lacks besides is not told. */
export function readEntity(v: Validation, entity: Entity, part: Part | undefined): RecordReader {
  const { field = entity, raw } = part ?? {}
  if (isRecord(raw)) return new RecordReader(v, field, raw)
  if (raw === undefined || raw === null) v.fail(field, 'REQUIRED', 'must be given')
  else v.fail(field, 'FORMAT', mapWanted)
  return new RecordReader(new Validation(), field, {})
}

export const mapWanted = 'must be a map of names to values'

/** Every entity may have them; they must be a map. */
export function readProperties(record: RecordReader): RecordReader {
  return new RecordReader(record.v, record.at('properties'), record.raw('properties') ?? {})
}

export function isRecord(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}
