import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely'
import pg from 'pg'
import { ConnectionLost } from './errors.js'
import type { Schema } from './schema.js'

export interface PoolLimits {
  readonly connectionsMax: number
  readonly statementTimeoutMs: number
}

export function openPool(url: string, limits: PoolLimits): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'postern',
    max: limits.connectionsMax,
    connectionTimeoutMillis: 3_000,
    statement_timeout: limits.statementTimeoutMs,
    // A server that is frozen cannot time out its own statements.
    query_timeout: limits.statementTimeoutMs + 1_000,
    keepAlive: true,
    types: { getTypeParser },
  })
  // Without listeners, a server that goes away would take the process along. Whoever uses the
  // connection hears of it from the statement.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new LendingPool(pool) }) })
}

const int8 = pg.types.builtins.INT8

/** Our 64-bit integers are milliseconds and counters: exact as numbers. */
export function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === int8 && format !== 'binary') return Number
  return pg.types.getTypeParser(oid, format)
}

class LendingPool implements PostgresPool {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return new Loan(await this.#pool.connect())
    } catch (error) {
      throw toLost(error)
    }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }
}

/** One checked-out connection; it is thrown away, not given back, once a statement lost it. */
class Loan implements PostgresPoolClient {
  readonly #client: pg.PoolClient
  #lost: ConnectionLost | undefined
  #warned = false

  constructor(client: pg.PoolClient) {
    this.#client = client
    client.on('notice', this.#notice)
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    statement: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof statement !== 'string') throw new Error('cursors are not lent')
    return this.#run(statement, parameters)
  }

  release(): void {
    this.#client.off('notice', this.#notice)
    this.#client.release(this.#lost !== undefined)
  }

  async #run<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#lost) throw this.#lost
    this.#warned = false
    try {
      const { command, rowCount, rows } = await this.#client.query(text, [...parameters])
      // A commit that warns did not reach the standby that it should have waited for.
      if (text === 'commit' && this.#warned) throw new Error('the commit warned')
      return { command: toCommand(command), rowCount: rowCount ?? 0, rows }
    } catch (error) {
      const known = toLost(error)
      if (known instanceof ConnectionLost) this.#lost = known
      throw known
    }
  }

  readonly #notice = ({ severity }: { readonly severity?: string | undefined }): void => {
    if (severity === 'WARNING') this.#warned = true
  }
}

/** Only those of which Kysely counts the rows matter. */
function toCommand(command: string): PostgresQueryResult<never>['command'] {
  return command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' ? command : 'SELECT'
}

/** Whatever is not the server's own word about a statement is trouble with the connection. */
export function toLost(error: unknown): unknown {
  if (error instanceof ConnectionLost) return error
  if (!(error instanceof pg.DatabaseError)) return new ConnectionLost(error)
  return /^(57P0|08)/.test(error.code ?? '') ? new ConnectionLost(error) : error
}

function ignore(): void {}
