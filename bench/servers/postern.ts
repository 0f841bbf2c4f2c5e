import { openSystem } from '../../src/compose.js'
import { parseConfig } from '../../src/config.js'
import { createLog } from '../../src/telemetry/log.js'
import { reportCpu } from './report-cpu.js'

/** Postern as it is started for real, on a port of its own. */

const config = parseConfig({
  ...process.env,
  POSTERN_LISTEN: process.env.POSTERN_LISTEN ?? '127.0.0.1:0',
  POSTERN_HTTP_LISTEN: process.env.POSTERN_HTTP_LISTEN ?? 'off',
  POSTERN_LOG_LEVEL: 'error',
})
const system = await openSystem(config, createLog(config.logLevel))
reportCpu({
  address: system.address,
  secret: system.founded?.ownerKey.secret ?? '',
  httpAddress: system.httpAddress ?? '',
})
