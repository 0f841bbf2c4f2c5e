import { ApiKeyServiceService, RotateApiKeyResponse } from '../grpc/gen/postern/v1/api_key.js'
import { givenKey, issuedKeyText } from './api-key-text.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { nameOfPrincipal } from './directory.js'
import { parseDurationMs } from './duration.js'
import { exitCodes } from './exit-code.js'
import { protoJson } from './proto-json.js'

export const keyRotate: Command = {
  path: 'key rotate',
  summary: 'Give an API key a new secret and show it, this once',
  operands: { usage: 'ACCESS_KEY', min: 1, max: 1 },
  options: {
    grace: { value: 'DURATION', help: 'how long the old secret goes on (0s)' },
    ...connectionOptions,
  },
  examples: ['postern key rotate PST3K9XQ0A7RW2M5LC8D --grace 24h'],
  async run(args, { terminal, paint }) {
    const graceMs = parseDurationMs('--grace', args.text('grace') ?? '0s')
    const request = { accessKey: args.operand(0), gracePeriod: toWireDuration(graceMs) }
    return withConnection(args, terminal, async (connection) => {
      const response = await connection.write(ApiKeyServiceService.rotateApiKey, request)
      const key = givenKey(response.apiKey)
      const bearerName = key.bearer ? await nameOfPrincipal(connection, key.bearer) : ''
      return {
        exitCode: exitCodes.ok,
        text: () => issuedKeyText({ key, bearerName, secret: response.secret }, paint),
        json: () => protoJson('RotateApiKeyResponse', RotateApiKeyResponse, response),
      }
    })
  },
}

function toWireDuration(ms: number) {
  return { seconds: BigInt(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 }
}
