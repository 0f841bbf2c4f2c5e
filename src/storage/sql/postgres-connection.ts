import pg from 'pg'
import { unavailable } from './errors.js'
import { getTypeParser, toLost } from './postgres-pool.js'

export interface OwnConnectionDeps {
  readonly url: string
  /** For connecting, and for each statement. */
  readonly timeoutMs: number
  /** Runs on every new connection before anything else. */
  prepare?(client: pg.Client): Promise<void>
}

/**
 * A connection that nothing else uses, so that no other work can keep it busy. It is made when it
 * is first needed, and anew after anything went wrong on it.
 */
export class OwnConnection {
  readonly #deps: OwnConnectionDeps
  #client: Promise<pg.Client> | undefined
  #newest: pg.Client | undefined
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(deps: OwnConnectionDeps) {
    this.#deps = deps
  }

  /** Runs one piece of work after another, in the order of asking. */
  use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#run(work))
    this.#last = turn.catch(ignore)
    return turn
  }

  /** Waits for what was asked before. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
    this.#drop()
  }

  async #run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw unavailable('STORE_CLOSED', 'the store is closed')
    try {
      this.#client ??= this.#connect()
      return await work(await this.#client)
    } catch (error) {
      // A statement may still be running, or a transaction be open: nobody can use it any more.
      this.#drop()
      throw toLost(error)
    }
  }

  async #connect(): Promise<pg.Client> {
    const { url, timeoutMs, prepare } = this.#deps
    const client = new pg.Client({
      connectionString: url,
      application_name: 'postern',
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
      types: { getTypeParser },
    })
    // Without a listener, a server that goes away would take the process along.
    client.on('error', () => this.#forget(client))
    client.on('end', () => this.#forget(client))
    this.#newest = client
    try {
      await client.connect()
      await prepare?.(client)
    } catch (error) {
      endNow(client)
      throw error
    }
    return client
  }

  #forget(client: pg.Client): void {
    if (this.#newest === client) this.#client = undefined
  }

  #drop(): void {
    this.#client?.then(endNow, ignore)
    this.#client = undefined
  }
}

/**
 * Cuts the connection where a statement is running on it. Never cancels the statement: a commit
 * that waits for a standby would take effect without it.
 */
function endNow(client: pg.Client): void {
  client.end().catch(ignore)
}

function ignore(): void {}
