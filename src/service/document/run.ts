import type { WriteAct } from '../act.js'
import type { Directory } from './directory.js'

export type DocumentNoun =
  | 'organization'
  | 'project'
  | 'user'
  | 'application'
  | 'group'
  | 'permission_set'
  | 'policy'

export interface DocumentChange {
  readonly kind: 'create' | 'update' | 'delete'
  readonly noun: DocumentNoun
  readonly name: string
  /** For an update: what differs. */
  readonly fields: readonly string[]
}

/** One import under way. */
export interface DocumentRun {
  readonly act: WriteAct
  readonly directory: Directory
  readonly changes: DocumentChange[]
}

export function noteCreated(run: DocumentRun, noun: DocumentNoun, name: string): void {
  run.changes.push({ kind: 'create', noun, name, fields: [] })
}

export function noteUpdated(
  run: DocumentRun,
  noun: DocumentNoun,
  change: { readonly name: string; readonly fields: readonly string[] },
): void {
  run.changes.push({ kind: 'update', noun, ...change })
}

/** The names of the fields whose values differ; maps and lists are compared by what they hold. */
export function differing<T extends object>(wanted: T, current: { [K in keyof T]: unknown }) {
  const names = Object.keys(wanted) as (keyof T & string)[]
  return names.filter((name) => canonical(wanted[name]) !== canonical(current[name]))
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
