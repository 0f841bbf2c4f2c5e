import type { Kysely } from 'kysely'
import type { OrganizationId } from '../../domain/ids.js'
import type {
  Change,
  ChangePage,
  ChangeRequest,
  ChangeRow,
} from '../../service/ports/change-log.js'
import type { Revision } from '../../service/revision.js'
import { readStrings } from './json.js'
import type { AuditEntryRow, ChangeLogRow, Schema } from './schema.js'

/** What one transaction leaves behind besides what it changed. */
export interface ChangeLogEntry {
  /** Of the new revision: 16 hex digits. */
  readonly nonce: string
  readonly organizationId: string
  /** A JSON array of `kind:id`, each once. */
  readonly keys: string
  readonly atMs: number
  readonly audit: readonly Omit<AuditEntryRow, 'rev'>[]
}

export interface ChangeLogDeps {
  randomBytes(count: number): Uint8Array
  now(): number
}

/**
 * Several changes of one transaction become one entry. They are of one organization: who watches
 * it is told by the entry's, and a decision is made from what is one organization's.
 */
export function toChangeLogEntry(
  changes: readonly [Change, ...Change[]],
  deps: ChangeLogDeps,
): ChangeLogEntry {
  const { organizationId } = changes[0]
  if (changes.some((change) => change.organizationId !== organizationId)) {
    throw new Error('one write changed more than one organization')
  }
  const refs = changes.flatMap((change) => change.entities)
  const keys = new Set(refs.map(({ kind, id }) => `${kind}:${id}`))
  return {
    nonce: randomHex(deps, 8),
    organizationId,
    keys: JSON.stringify([...keys]),
    atMs: deps.now(),
    audit: changes.map((change) => toAuditRow(change, deps)),
  }
}

/** The newest revision of the transaction's snapshot. */
export async function readRevision(db: Kysely<Schema>): Promise<Revision> {
  const query = db.selectFrom('store_head').select(['epoch', 'rev', 'nonce']).where('one', '=', 1)
  return toRevision(await query.executeTakeFirstOrThrow())
}

/** The log from one revision on, in order: commit order, since the counter is taken last. */
export async function readChangePage(
  db: Kysely<Schema>,
  { from, rowsMax }: ChangeRequest,
): Promise<ChangePage> {
  // The head first: it begins the snapshot.
  const head = await readRevision(db)
  const rows = await db
    .selectFrom('change_log')
    .select(['rev', 'nonce', 'organization_id', 'at_ms', 'keys'])
    .where('rev', '>=', from)
    .orderBy('rev')
    .limit(rowsMax)
    .execute()
  return { head, rows: rows.map(toChangeRow), authority: { timeline: 0, leaseAgeMs: 0 } }
}

function toChangeRow(row: ChangeLogRow): ChangeRow {
  return {
    number: row.rev,
    nonce: row.nonce,
    organizationId: row.organization_id as OrganizationId,
    atMs: row.at_ms,
    keys: readStrings({ name: 'change_log.keys', text: row.keys }),
  }
}

export function toRevision(row: { epoch: string; rev: number; nonce: string }): Revision {
  return { epoch: row.epoch, number: row.rev, nonce: row.nonce }
}

export function randomHex(deps: Pick<ChangeLogDeps, 'randomBytes'>, bytes: number): string {
  return Buffer.from(deps.randomBytes(bytes)).toString('hex')
}

function toAuditRow(
  { organizationId, audit }: Change,
  deps: ChangeLogDeps,
): Omit<AuditEntryRow, 'rev'> {
  return {
    id: randomUuid(deps),
    organization_id: organizationId,
    at_ms: audit.atMs,
    actor_key_id: audit.actor?.keyId ?? null,
    actor_type: audit.actor?.principal.type ?? null,
    actor_id: audit.actor?.principal.id ?? null,
    ip: audit.ip,
    user_agent: audit.userAgent,
    action: audit.action,
    resource_type: audit.resourceType,
    resource_id: audit.resourceId,
    before_json: audit.before === undefined ? null : JSON.stringify(audit.before),
    after_json: audit.after === undefined ? null : JSON.stringify(audit.after),
  }
}

/** Version 4, from the randomness that was handed in. */
function randomUuid(deps: Pick<ChangeLogDeps, 'randomBytes'>): string {
  const hex = randomHex(deps, 16)
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ]
  return parts.join('-')
}
