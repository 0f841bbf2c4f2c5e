import { CliError } from './cli-error.js'

/** What may pass soon, and leaves a write that has an idempotency key safe to send again. */
const passing: ReadonlySet<string> = new Set(['COMMIT_OUTCOME_UNKNOWN', 'STORE_UNREACHABLE'])

const triesMax = 4
const firstDelayMs = 200

/** Sends until it is answered, or refused for good, or has been tried often enough. */
export async function sendAgain<T>(
  send: () => Promise<T>,
  wait: (ms: number) => Promise<unknown>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send()
    } catch (error) {
      if (tries === triesMax || !(error instanceof CliError) || !passing.has(error.reason)) {
        throw error
      }
    }
    await wait(firstDelayMs * 2 ** (tries - 1))
  }
}
