import { DomainError } from '../domain/errors.js'
import { CliError } from './cli-error.js'
import type { Command } from './command.js'
import { outputOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'
import { renderFields } from './table.js'

export const storeNewEpoch: Command = {
  path: 'store new-epoch',
  summary: 'After a restore: make servers forget what they hold of the store before it',
  options: outputOptions,
  examples: ['POSTERN_DATABASE_URL=postgres://… postern store new-epoch'],
  async run(_, { terminal }) {
    const { before, after } = await renew(terminal.env)
    return {
      exitCode: exitCodes.ok,
      text: () =>
        renderFields([
          ['Epoch', after.epoch],
          ['Before', before.epoch],
          ['Revision', String(after.number)],
        ]),
      json: () => ({ epoch: after.epoch, previousEpoch: before.epoch, revision: after.number }),
    }
  },
}

async function renew(env: NodeJS.ProcessEnv) {
  // Loaded only here: every other command but the server does without a store.
  const { newEpoch } = await import('../new-epoch.js')
  try {
    return await newEpoch(env)
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause
    const { kind, reason, message } = cause
    const code = kind === 'unavailable' ? exitCodes.unavailable : exitCodes.misconfigured
    throw new CliError(code, { reason, message, cause })
  }
}
