import cluster, { type Worker } from 'node:cluster'
import type { Logger } from './telemetry/log.js'

/** What a worker tells its primary once it serves. */
export const servingMessage = 'serving'

const restartAfterMsMax = 5_000

/**
 * Runs `count` processes that share the port, each with its feed and memory of its own, and starts
 * one anew when it dies. Resolves with the exit code when all have ended: that of the first, if it
 * could not start; 0 once `stopped` resolves and they have let their calls end.
 */
export async function superviseWorkers(
  count: number,
  log: Logger,
  stopped: Promise<string>,
): Promise<number> {
  const workers = new Supervisor(log)
  // Alone, because it may have to migrate the store and to make the first organization.
  const failure = await workers.startFirst()
  if (failure !== undefined) return failure
  for (let started = 1; started < count; started++) workers.start()
  log.info({ signal: await stopped, workers: count }, 'stopping')
  await workers.stop()
  return 0
}

class Supervisor {
  readonly #log: Logger
  readonly #running = new Set<Worker>()
  #isStopping = false
  #deathsInRow = 0
  #onEmpty: () => void = () => {}

  constructor(log: Logger) {
    this.#log = log
  }

  /** Resolves when it serves, with nothing, or with its exit code when it ended before. */
  startFirst(): Promise<number | undefined> {
    const worker = cluster.fork()
    return new Promise((resolve) => {
      const onExit = (code: number | null) => resolve(code ?? 1)
      worker.once('exit', onExit)
      worker.on('message', (message: unknown) => {
        if (message !== servingMessage) return
        worker.off('exit', onExit)
        this.#watch(worker)
        resolve(undefined)
      })
    })
  }

  start(): void {
    const worker = cluster.fork()
    worker.on('message', (message: unknown) => {
      if (message === servingMessage) this.#deathsInRow = 0
    })
    this.#watch(worker)
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
    for (const worker of this.#running) worker.process.kill('SIGTERM')
    if (this.#running.size > 0) await empty
  }

  #watch(worker: Worker): void {
    this.#running.add(worker)
    worker.once('exit', (code, signal) => {
      this.#running.delete(worker)
      if (this.#isStopping) {
        if (this.#running.size === 0) this.#onEmpty()
        return
      }
      const restartAfterMs = Math.min(50 * 2 ** this.#deathsInRow++, restartAfterMsMax)
      this.#log.error({ code, signal, restartAfterMs }, 'a worker ended; another takes its place')
      setTimeout(() => {
        if (!this.#isStopping) this.start()
      }, restartAfterMs)
    })
  }
}
