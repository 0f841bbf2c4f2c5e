import {
  alreadyExists,
  DomainError,
  type ErrorKind,
  failedPrecondition,
} from '../../domain/errors.js'

/** What a statement is about, for the message of its refusal. */
export interface Subject {
  readonly noun: string
  readonly id: string
}

/** The connection broke, so that nobody knows whether the last statement took effect. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('the connection to the store is lost', { cause })
    this.name = 'ConnectionLost'
  }
}

/** What a unique constraint protects, and the field that holds what is taken, where it is one. */
interface Unique {
  readonly message: string
  readonly field?: string
}

/** SQLite tells columns, not names of constraints: see `violatedUnique`. */
const uniques: Readonly<Record<string, Unique>> = {
  organizations_root_key: { message: 'there is a root organization already' },
  projects_organization_id_name_key: {
    field: 'name',
    message: 'a project with this name exists already',
  },
  resources_organization_id_type_id_key: {
    field: 'id',
    message: 'a resource of this type and id is registered already',
  },
  accounts_email_key: { field: 'email', message: 'an account with this email exists already' },
  permission_sets_organization_id_name_key: {
    field: 'name',
    message: 'a permission set with this name exists already',
  },
  users_organization_id_email_key: {
    field: 'email',
    message: 'a user with this email exists already',
  },
  users_organization_id_external_id_key: {
    field: 'external_id',
    message: 'a user with this external_id exists already',
  },
  users_organization_id_account_id_key: {
    message: 'this person is a user of the organization already',
  },
  users_organization_id_key: { message: 'the organization has an owner already' },
  users_account_id_key: {
    message: 'this person is owner or member of an organization already',
  },
  applications_organization_id_external_id_key: {
    field: 'external_id',
    message: 'an application with this external_id exists already',
  },
  groups_organization_id_name_key: {
    field: 'name',
    message: 'a group with this name exists already',
  },
  groups_organization_id_kind_key: {
    message: 'the organization has this implicit group already',
  },
  api_key_secrets_hash_key: { message: 'this secret is in use already' },
}

/** Runs a statement that stores something; names what is taken or missing when it is refused. */
export async function storing<T>({ noun, id }: Subject, statement: () => Promise<T>): Promise<T> {
  try {
    return await statement()
  } catch (error) {
    const unique = violatedUnique(error)
    if (unique !== undefined) {
      const taken = uniques[unique] ?? {
        field: 'id',
        message: `${noun} with id \`${id}\` exists already`,
      }
      throw alreadyExists(noun, id, taken)
    }
    if (!isForeignKeyViolation(error)) throw error
    throw failedPrecondition(
      'REFERENCE_NOT_FOUND',
      `${noun} \`${id}\` refers to something that its organization does not have`,
    )
  }
}

/** Runs a statement that deletes something; refuses what others still refer to. */
export async function deleting<T>({ noun, id }: Subject, statement: () => Promise<T>): Promise<T> {
  try {
    return await statement()
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error
    throw failedPrecondition('IN_USE', `${noun} \`${id}\` is in use`)
  }
}

export function unavailable(reason: string, message: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', { reason, message, cause })
}

/** Turns what an engine threw into a refusal; what it does not know is a bug and stays as it is. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof DomainError) return error
  if (error instanceof ConnectionLost) return refusal(unreachable, error)
  const code = codeOf(error)
  if (code === undefined) return error
  const found = refusals.find(([pattern]) => pattern.test(code))
  return found ? refusal(found[1], error) : error
}

/** True when the same work may well succeed if it is run again. */
export function isRetryable(error: unknown): boolean {
  return /^(40001|40P01)$/.test(codeOf(error) ?? '')
}

/** True when a failing commit may have taken effect all the same. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof ConnectionLost || /^(57P0|08|SQLITE_IOERR)/.test(codeOf(error) ?? '')
}

/** Instead of the error that a commit failed with. */
export function toCommitError(error: unknown): unknown {
  if (!isOutcomeUnknown(error)) return error
  const message = 'the store was lost during a commit: the write may have taken effect or not'
  return unavailable('COMMIT_OUTCOME_UNKNOWN', message, error)
}

interface Refusal {
  readonly kind: ErrorKind
  readonly reason: string
  readonly message: string
}

const unreachable: Refusal = {
  kind: 'unavailable',
  reason: 'STORE_UNREACHABLE',
  message: 'the store cannot be reached',
}

/** By SQLSTATE, or by the name of SQLite's result code. */
const refusals: readonly (readonly [RegExp, Refusal])[] = [
  [/^(08|28|3D000|53[023]|57P0|SQLITE_(CANTOPEN|IOERR))/, unreachable],
  [/^(53100|SQLITE_FULL)/, unavailableFor('STORAGE_FULL', 'the store has no room left')],
  [/^(25006|SQLITE_READONLY)/, unavailableFor('STORE_READONLY', 'the store is read-only')],
  [
    /^(57014|55P03|SQLITE_(BUSY|LOCKED|INTERRUPT))/,
    unavailableFor('STORE_TIMEOUT', 'the store did not answer in time'),
  ],
  [/^(XX00[12]|SQLITE_(CORRUPT|NOTADB))/, unavailableFor('STORE_CORRUPT', 'the store is damaged')],
  [
    /^(40001|40P01)$/,
    {
      kind: 'aborted',
      reason: 'STORE_CONFLICT',
      message: 'other writes were in the way; try again',
    },
  ],
]

function unavailableFor(reason: string, message: string): Refusal {
  return { kind: 'unavailable', reason, message }
}

function refusal({ kind, reason, message }: Refusal, cause: unknown): DomainError {
  return new DomainError(kind, { reason, message, cause })
}

function isForeignKeyViolation(error: unknown): boolean {
  return /^(23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/.test(codeOf(error) ?? '')
}

/**
 * The violated constraint's name. Every one is named `<table>_<columns>_key`, which is what
 * SQLite's `UNIQUE constraint failed: <table>.<column>, …` becomes.
 */
function violatedUnique(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  if (code === '23505' && 'constraint' in error) return String(error.constraint)
  if (!/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(code ?? '')) return undefined
  const columns = error.message.slice(error.message.indexOf(': ') + 2).split(', ')
  const [table] = (columns[0] ?? '').split('.')
  return [table, ...columns.map((column) => column.split('.')[1]), 'key'].join('_')
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
