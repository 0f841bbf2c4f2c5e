import { pin, startContender } from './support/contender.js'
import { h2load } from './support/h2load.js'
import { withPostern } from './support/open-postern.js'
import { loadCore, serverCore } from './support/pinned.js'
import { inTurns } from './support/rounds.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * Fails when Authorize has become slow: its CPU time, against that of the emptiest call of
 * @grpc/grpc-js in the same run, which no other load on the machine changes much. Prints, last, one
 * JSON object.
 */

/** Seen: 7 to 11. */
const advantageMin = 5
const rounds = 5
const shape = { connections: 10, inFlight: 10 }

const echo = await startContender('echo')
try {
  pin(echo, serverCore)
  const cpuUs = await withPostern(async (postern) => {
    const message = toBytes(await aWorldOf20Rules(postern))
    const authorize = async () => {
      const path = '/postern.v1.AuthorizationService/Authorize'
      const plan = { ...shape, calls: 60_000 }
      return (await h2load(postern, plan, { path, message, core: loadCore })).cpuUsPerCall
    }
    const empty = async () => {
      const load = { path: '/bench.Echo/Echo', message: Buffer.alloc(0), core: loadCore }
      return (await h2load(echo, { ...shape, calls: 6_000 }, load)).cpuUsPerCall
    }
    await authorize()
    await empty()
    return inTurns({ authorize, empty }, rounds)
  })
  const advantage = Number((cpuUs.empty / cpuUs.authorize).toFixed(2))
  console.log(JSON.stringify({ echoCpuOverAuthorize: advantage, advantageMin }))
  process.exitCode = advantage >= advantageMin ? 0 : 1
} finally {
  await echo.stop()
}
