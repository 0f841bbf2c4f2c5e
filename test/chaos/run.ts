import { createRandom } from '../support/random.js'
import { bundleServer, type ServerBundle } from '../support/server-bundle.js'
import { mutants } from '../support/simulation/mutants.js'
import { type Plan, parsePlan } from './arguments.js'
import { checkHistory, type Violation } from './check.js'
import { boundMs, startCluster } from './cluster.js'
import { type Conclusion, conclude } from './conclusion.js'
import type { Fault } from './fault.js'
import { calm, matrix, warmUp } from './matrix.js'
import { type PhaseReport, reportPhase, toTable } from './report.js'
import { type RunResult, runPhases } from './run-phases.js'

/**
 * Real servers, real load, and everything that can go wrong with them: whatever happens, no answer
 * may be wrong, none staler than the bound, and no acknowledged write lost. Prints, last, one JSON
 * object; ends with 1 when a promise was broken.
 *
 * `--seed N` draws the same questions and acts again, if not at the same moments. `--short` takes
 * less than a minute. `--without SAFEGUARD` builds servers that lack one of the safeguards that the
 * simulation knows, to see whether anybody would notice. `--only TEXT` takes the faults whose names
 * hold the text.
 */

const plan = parsePlan(process.argv.slice(2))
const short = { shortMs: 400, paceMs: 20, sampleMin: 100, restarts: 1 }
const long = { shortMs: 3_000, paceMs: 10, sampleMin: 500, restarts: 3 }
const shownMax = 20
const lengths = plan.isShort ? short : long

console.log(`seed ${plan.seed}`)
// Without this, a signal would leave behind what was started here.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const bundle = mutantOf(plan)
try {
  const result = await live(bundle?.program)
  process.exitCode = tell(result) ? 0 : 1
} finally {
  bundle?.remove()
}

function isPlanned({ name, isLong = false }: Fault): boolean {
  return name.includes(plan.only) && !(isLong && plan.isShort)
}

function seconds(): string {
  return (performance.now() / 1_000).toFixed(1)
}

function mutantOf({ without }: Plan): ServerBundle | undefined {
  if (without === undefined) return undefined
  const mutant = mutants.find(({ safeguard }) => safeguard === without)
  if (mutant) return bundleServer(mutant.patches)
  throw new Error(`--without: one of ${mutants.map(({ safeguard }) => safeguard).join(', ')}`)
}

async function live(program: string | undefined): Promise<RunResult> {
  const cluster = await startCluster(program)
  try {
    return await runPhases({
      cluster,
      random: createRandom(plan.seed),
      ...lengths,
      faults: [warmUp, calm, ...matrix.filter(isPlanned)],
      onPhase: (name) => console.log(`${seconds()} s: ${name}`),
    })
  } finally {
    await cluster.close()
  }
}

/** Answers whether every promise was kept. */
function tell({ recorder: { history }, phases }: RunResult): boolean {
  const verdict = checkHistory(history, boundMs)
  const reports = phases.map((_, index) => reportPhase(index, phases, { history, verdict }))
  const conclusion = conclude(reports, { ...lengths, isCalmMachine: !plan.isShort, phases })
  console.log(`\n${toTable(reports)}\n`)
  tellWrongs(verdict.violations, reports, conclusion)
  const { faults, wrongAllows, staleBeyondBound, lostWrites, worstStalenessMs } = conclusion
  const rest = { p99Ratio: conclusion.p99Ratio, requests: conclusion.requests, seed: plan.seed }
  console.log(
    JSON.stringify({
      faults,
      wrongAllows,
      staleBeyondBound,
      lostWrites,
      worstStalenessMs,
      ...rest,
    }),
  )
  return conclusion.problems.length === 0
}

function tellWrongs(
  violations: readonly Violation[],
  reports: readonly PhaseReport[],
  { problems }: Conclusion,
): void {
  for (const { text } of violations.slice(0, shownMax)) console.log(text)
  for (const { name, unexpected } of reports) {
    for (const { call, replica, reason, message } of unexpected.slice(0, 3)) {
      console.log(`${name}: replica ${replica} refused a ${call}: ${reason} (${message})`)
    }
  }
  for (const problem of problems) console.log(`WRONG: ${problem}`)
}
