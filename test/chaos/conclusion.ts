import type { Phase, PhaseReport } from './report.js'

export interface Conclusion {
  readonly faults: number
  readonly wrongAllows: number
  readonly staleBeyondBound: number
  readonly lostWrites: number
  readonly worstStalenessMs: number
  readonly requests: number
  /** Of memory, at its worst while Redis was dead or frozen, against the calm of the same run. */
  readonly p99Ratio: number
  /** A sentence for each promise that was broken. */
  readonly problems: readonly string[]
}

export interface Measures {
  readonly phases: readonly Phase[]
  /** So many questions at least, or nothing was shown. */
  readonly sampleMin: number
  /** Calm enough for latencies to count. */
  readonly isCalmMachine: boolean
}

/** Phases before the first fault: warming up, and the calm that others are compared with. */
const undisturbed = 2

const ratioMax = 2
/** Below this, a ratio says more about the machine than about the server. */
const floorMs = 5

export function conclude(reports: readonly PhaseReport[], measures: Measures): Conclusion {
  const sum = (of: (report: PhaseReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0)
  const [, calm] = reports
  const timed = reports.filter((_, index) => index > 1 && measures.phases[index]?.fault.isTimed)
  const floored = Math.max(floorMs, calm?.p99Ms ?? Number.NaN)
  const p99Ratio = Math.max(1, ...timed.map(({ p99Ms }) => Math.max(floorMs, p99Ms) / floored))
  const slow = measures.isCalmMachine && p99Ratio > ratioMax
  return {
    faults: reports.length - undisturbed,
    wrongAllows: sum((report) => report.wrongAllows),
    staleBeyondBound: sum((report) => report.stale),
    lostWrites: sum((report) => report.lostWrites),
    worstStalenessMs: Math.round(Math.max(...reports.map((report) => report.worstStalenessMs))),
    requests: sum((report) => report.requests),
    p99Ratio: Number(p99Ratio.toFixed(2)),
    problems: [
      ...reports.flatMap((report) => problemsOf(report, measures)),
      ...(slow ? [`without Redis, memory was ${p99Ratio.toFixed(1)} times as slow`] : []),
    ],
  }
}

function problemsOf(report: PhaseReport, measures: Measures): string[] {
  const { name, requests, wrongAllows, stale, otherViolations, lostWrites } = report
  const counts: [number, string][] = [
    [wrongAllows, 'answers allowed what nothing allowed'],
    [stale, 'answers were staler than the bound'],
    [otherViolations, 'answers were wrong in another way'],
    [lostWrites, 'acknowledged writes are lost'],
    [countRefusals(report, measures), 'calls were refused that must not be'],
  ]
  const few = requests < measures.sampleMin
  return [
    ...counts.filter(([count]) => count > 0).map(([count, what]) => `${name}: ${count} ${what}`),
    ...(few ? [`${name}: only ${requests} questions were asked`] : []),
  ]
}

/** On a machine that is busy with other things, a store that is well may be late now and then. */
const lateShareMax = 0.1

function countRefusals({ requests, unexpected }: PhaseReport, measures: Measures): number {
  const late = unexpected.filter(({ reason }) => reason === 'STORE_TIMEOUT').length
  if (measures.isCalmMachine || late > requests * lateShareMax) return unexpected.length
  return unexpected.length - late
}
