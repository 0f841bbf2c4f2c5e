import type { Command } from './command.js'
import { commonOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'

export const serve: Command = {
  path: 'serve',
  summary: 'Run the server until SIGINT or SIGTERM; variables POSTERN_… configure it',
  options: commonOptions,
  examples: [
    'postern serve',
    'POSTERN_LISTEN=unix:/run/postern.sock POSTERN_DATABASE_URL=file:/var/lib/postern.db postern serve',
  ],
  async run(_, { terminal }) {
    // Loaded only here: every other command does without a store.
    const { serve: run } = await import('../main.js')
    const code = await run(terminal.env)
    const known = Object.values(exitCodes).find((each) => each === code)
    return { exitCode: known ?? exitCodes.bug }
  },
}
