import { fuzz } from '../support/wire/fuzz/fuzz.js'
import { Report } from '../support/wire/fuzz/report.js'

/**
 * `npm run fuzz -- [frames] [seed]`: as many histories as make up the frames, a line for each million,
 * and at the end one record. What a seed finds, it finds again.
 */

const [framesMax = 10_000_000, firstSeed = 1] = process.argv.slice(2).map(Number)
const framesPerSeed = 100_000
const total = new Report()
const rssMiB: number[] = []
let seed = firstSeed
for (; total.frames < framesMax; seed++) {
  total.merge(await fuzz(seed, framesPerSeed))
  if (rssMiB.length === Math.floor(total.frames / 1e6)) continue
  rssMiB.push(Math.round(process.memoryUsage().rss / 1_048_576))
  console.log(JSON.stringify({ seed, frames: total.frames, rssMiB: rssMiB.at(-1) }))
}
console.log(
  JSON.stringify({
    ...total,
    seeds: `${firstSeed} to ${seed - 1}`,
    rssMiBAtOneMillion: rssMiB[0],
    rssMiBAtEnd: Math.round(process.memoryUsage().rss / 1_048_576),
    node: process.version,
  }),
)
