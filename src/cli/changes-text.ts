import {
  type DocumentChange,
  DocumentChange_Kind as Kind,
} from '../grpc/gen/postern/v1/document.js'
import { type Paint, printable, type Style } from './terminal.js'

interface Mark {
  readonly sign: string
  readonly style: Style
  readonly done: string
  readonly planned: string
}

const marks: readonly (readonly [Kind, Mark])[] = [
  [Kind.CREATE, { sign: '+', style: 'green', done: 'created', planned: 'to create' }],
  [Kind.UPDATE, { sign: '~', style: 'yellow', done: 'updated', planned: 'to update' }],
  [Kind.DELETE, { sign: '-', style: 'red', done: 'deleted', planned: 'to delete' }],
]

const unknownMark: Mark = { sign: '?', style: 'bold', done: 'changed', planned: 'to change' }

/** One line for each change, and a line that counts them. */
export function changesText(
  changes: readonly DocumentChange[],
  { dryRun, paint }: { readonly dryRun: boolean; readonly paint: Paint },
): string {
  if (changes.length === 0) return 'nothing to change\n'
  const width = Math.max(...changes.map(({ noun }) => noun.length))
  const lines = changes.map((change) => changeLine(change, width, paint))
  const counts = marks
    .map(([kind, mark]) => ({ mark, count: changes.filter((each) => each.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ mark, count }) => `${count} ${dryRun ? mark.planned : mark.done}`)
  const note = dryRun ? '; nothing was changed' : ''
  return `${lines.join('\n')}\n\n${counts.join(', ')}${note}\n`
}

function changeLine(
  { kind, noun, name, fields }: DocumentChange,
  width: number,
  paint: Paint,
): string {
  const { sign, style } = marks.find(([each]) => each === kind)?.[1] ?? unknownMark
  const differing = kind === Kind.UPDATE && fields.length > 0 ? ` (${fields.join(', ')})` : ''
  const what = printable(noun.replaceAll('_', ' ')).padEnd(width)
  return paint(style, `${sign} ${what}  ${printable(`${name}${differing}`)}`)
}
