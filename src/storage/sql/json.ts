import { parseAttributes, unlimitedAttributes } from '../../domain/attributes.js'
import type { Attributes } from '../../domain/condition/condition.js'
import { Validation } from '../../domain/validation.js'
import { unavailable } from './errors.js'

/** What a JSON column belongs to, for the error when it cannot be read. */
export interface JsonColumn {
  readonly name: string
  readonly text: string
  /** RECORD_UNREADABLE unless told otherwise. */
  readonly reason?: string
}

/** Throws `unavailable`: to guess what a damaged row said would be to guess a decision. */
export function readStrings(column: JsonColumn): readonly string[] {
  const value = readJson(column)
  if (!isStrings(value)) throw unreadable(column)
  return value
}

/** A map of names to lists of strings, with only the names in `known`. */
export function readStringLists(
  column: JsonColumn,
  known: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const value = readJson(column)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(column)
  const lists: Record<string, readonly string[]> = {}
  for (const [name, list] of Object.entries(value)) {
    if (!known.includes(name) || !isStrings(list)) throw unreadable(column)
    lists[name] = list
  }
  return lists
}

export function readAttributes(column: JsonColumn): Attributes {
  const v = new Validation()
  const value = readJson(column)
  const attributes = parseAttributes(v, column.name, { value, limits: unlimitedAttributes })
  if (v.failed) throw unreadable(column)
  return attributes
}

function readJson(column: JsonColumn): unknown {
  try {
    return JSON.parse(column.text)
  } catch (cause) {
    throw unreadable(column, cause)
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}

function unreadable({ name, reason }: JsonColumn, cause?: unknown): Error {
  return unavailable(
    reason ?? 'RECORD_UNREADABLE',
    `a stored ${name} cannot be read; the store is damaged or of a newer version`,
    cause,
  )
}
