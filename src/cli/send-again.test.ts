import { expect, it } from 'vitest'
import { CliError } from './cli-error.js'
import { exitCodes } from './exit-code.js'
import { sendAgain } from './send-again.js'

function refusal(reason: string): CliError {
  return new CliError(exitCodes.unavailable, { reason, message: reason })
}

/** Sends against these outcomes in turn; answers how it went, and what was waited. */
async function sent(...outcomes: (string | Error)[]) {
  const waits: number[] = []
  const left = [...outcomes]
  const send = async () => {
    const outcome = left.shift()
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  const result = await sendAgain(send, async (ms) => waits.push(ms)).catch((error) => error)
  return { result, waits, left: left.length }
}

it('sends again what the store may have lost, waiting longer each time', async () => {
  const outcome = await sent(
    refusal('COMMIT_OUTCOME_UNKNOWN'),
    refusal('STORE_UNREACHABLE'),
    refusal('STORE_UNREACHABLE'),
    'done',
  )
  expect(outcome).toEqual({ result: 'done', waits: [200, 400, 800], left: 0 })
})

it('gives up in the end, with what was said last', async () => {
  const all = [1, 2, 3, 4, 5].map(() => refusal('COMMIT_OUTCOME_UNKNOWN'))
  const { result, left } = await sent(...all)
  expect([result, left]).toEqual([all[3], 1])
})

it.each([refusal('UNAVAILABLE'), refusal('ALREADY_EXISTS'), new Error('a bug')])(
  'does not send again after %s',
  async (error) => {
    expect(await sent(error, 'done')).toEqual({ result: error, waits: [], left: 1 })
  },
)
