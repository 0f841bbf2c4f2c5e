import type { Authority, ChangePage, ChangeRow } from '../../../src/service/ports/change-log.js'
import type { Revision } from '../../../src/service/revision.js'
import { organizationId } from '../scripted-store.js'

/** What is true at one revision, and which revision it followed. */
export interface State {
  readonly revision: Revision
  readonly before: State | undefined
  readonly keys: ReadonlySet<string>
  readonly locked: boolean
  /** What made it differ from the one before; empty at the beginning. */
  readonly changed: string
}

/** One database server: where it stands, and what it can say of itself. */
export interface StoreServer {
  head: State
  readonly timeline: number
  /** When it last committed a proof of life, in milliseconds. */
  leaseAtMs: number
  /** The log before this number is gone. */
  trimmedTo: number
}

export function beginning(epoch: string): State {
  const revision = { epoch, number: 0, nonce: nonceOf(0) }
  return { revision, before: undefined, keys: new Set(), locked: false, changed: '' }
}

export function nonceOf(count: number): string {
  return count.toString(16).padStart(16, '0')
}

/** The states from `number` on, oldest first. */
export function since(head: State, number: number): State[] {
  const states: State[] = []
  for (let state: State | undefined = head; state; state = state.before) {
    if (state.revision.number < number) break
    states.unshift(state)
  }
  return states
}

/** Whether `state` is `head` or one that led to it, under whatever epoch. */
export function isIn(head: State, { revision: { nonce } }: State): boolean {
  for (let each: State | undefined = head; each; each = each.before) {
    if (each.revision.nonce === nonce) return true
  }
  return false
}

export function pageOf(
  server: StoreServer,
  { from, rowsMax }: { readonly from: number; readonly rowsMax: number },
  authority: Authority,
): ChangePage {
  const first = Math.max(1, from, server.trimmedTo)
  const rows = since(server.head, first).slice(0, rowsMax).map(toRow)
  return { head: server.head.revision, rows, authority }
}

function toRow({ revision: { number, nonce }, changed }: State): ChangeRow {
  return { number, nonce, organizationId, atMs: 0, keys: [changed] }
}
