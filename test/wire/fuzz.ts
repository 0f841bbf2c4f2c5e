import { fuzz } from '../support/wire/fuzz.js'

/**
 * `node --import tsx test/wire/fuzz.ts [frames] [seed]`: as many histories as make up the frames, a
 * line for each million. What a seed finds, it finds again.
 */

const [framesMax = 10_000_000, firstSeed = 1] = process.argv.slice(2).map(Number)
const framesPerSeed = 100_000
const codes: Record<string, number> = {}
let frames = 0
let answers = 0
for (let seed = firstSeed; frames < framesMax; seed++) {
  const report = await fuzz(seed, framesPerSeed)
  const before = frames
  frames += report.frames
  answers += report.answers
  for (const [code, count] of Object.entries(report.codes)) codes[code] = (codes[code] ?? 0) + count
  if (Math.floor(before / 1e6) === Math.floor(frames / 1e6)) continue
  const rssMiB = Math.round(process.memoryUsage().rss / 1_048_576)
  console.log(JSON.stringify({ seed, frames, answers, rssMiB }))
}
console.log(JSON.stringify({ frames, answers, codes }))
