import { fuzz } from '../support/wire/fuzz/fuzz.js'
import { fuzzSockets } from '../support/wire/fuzz/fuzz-sockets.js'
import { Report } from '../support/wire/fuzz/report.js'

/**
 * `npm run fuzz -- [frames] [seed]`: as many histories as make up the frames, one frame in twenty over
 * sockets, a line for each million, and at the end one record. What a seed finds, it finds again.
 */

const [framesMax = 10_000_000, firstSeed = 1] = process.argv.slice(2).map(Number)
const framesPerSeed = 100_000
const share = Math.min(framesPerSeed, framesMax)
const total = new Report()
const overSockets = new Report()
const rssMiB: number[] = []
let seed = firstSeed
for (; total.frames < framesMax; seed++) {
  total.merge(await fuzz(seed, share * 0.95))
  const report = await fuzzSockets(seed, share * 0.05)
  total.merge(report)
  overSockets.merge(report)
  if (rssMiB.length === Math.floor(total.frames / 1e6)) continue
  rssMiB.push(rssNow())
  console.log(JSON.stringify({ seed, frames: total.frames, rssMiB: rssMiB.at(-1) }))
}
console.log(
  JSON.stringify({
    ...total,
    overSockets: { frames: overSockets.frames, connections: overSockets.connections },
    seeds: `${firstSeed} to ${seed - 1}`,
    rssMiBAtOneMillion: rssMiB[0],
    rssMiBAtEnd: rssNow(),
    node: process.version,
  }),
)

function rssNow(): number {
  return Math.round(process.memoryUsage().rss / 1_048_576)
}
