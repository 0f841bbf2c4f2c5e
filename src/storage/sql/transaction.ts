import {
  type Kysely,
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  sql,
  type UnknownRow,
} from 'kysely'
import type { Schema } from './schema.js'

export interface TransactionSettings {
  /** The statements that open the transaction. */
  readonly begin: readonly string[]
  /** Answers what to throw when the commit itself fails; absent: the failure. */
  readonly onCommitError?: (error: unknown) => unknown
}

/**
 * Runs `work` in one transaction on one connection of `db`, and rolls back when it throws.
 * Kysely's own `transaction()` cannot be told how to begin, nor does it tell a failed commit from
 * a failed statement.
 */
export function inTransaction<T>(
  db: Kysely<Schema>,
  settings: TransactionSettings,
  work: (tx: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  return db.connection().execute(async (connection) => {
    for (const statement of settings.begin) await sql.raw(statement).execute(connection)
    const value = await finishing(connection, work)
    await commit(connection, settings)
    return value
  })
}

async function finishing<T>(
  connection: Kysely<Schema>,
  work: (tx: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  const gate = new Gate()
  try {
    const value = await work(connection.withPlugin(gate))
    gate.close()
    return value
  } catch (error) {
    gate.close()
    await rollback(connection)
    throw error
  }
}

async function commit(connection: Kysely<Schema>, settings: TransactionSettings): Promise<void> {
  try {
    await sql.raw('commit').execute(connection)
  } catch (error) {
    await rollback(connection)
    throw settings.onCommitError ? settings.onCommitError(error) : error
  }
}

/** A failing rollback adds nothing: the connection is gone, or the engine has rolled back. */
async function rollback(connection: Kysely<Schema>): Promise<void> {
  await sql
    .raw('rollback')
    .execute(connection)
    .catch(() => undefined)
}

/**
 * Refuses statements after the transaction's end. Work that was left running, such as the other
 * branches of a failed `Promise.all`, would otherwise write outside of any transaction.
 */
class Gate implements KyselyPlugin {
  #open = true

  close(): void {
    this.#open = false
  }

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    if (!this.#open) throw new Error('statement after the end of its transaction')
    return node
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result
  }
}
