import type { Verdict, ViolationKind } from './check.js'
import type { Fault } from './fault.js'
import type { History, Refusal } from './history.js'

/** What one fault did. */
export interface PhaseReport {
  readonly name: string
  readonly requests: number
  readonly refusals: ReadonlyMap<string, number>
  /** That no fault allows. */
  readonly unexpected: readonly Refusal[]
  readonly wrongAllows: number
  readonly stale: number
  /** Of every other kind. */
  readonly otherViolations: number
  readonly worstStalenessMs: number
  readonly lostWrites: number
  /** Of decisions from memory. */
  readonly p99Ms: number
  readonly recoveryMs: number
}

export interface Phase {
  readonly fault: Fault
  readonly lostWrites: number
  readonly recoveryMs: number
}

export function reportPhase(
  index: number,
  phases: readonly Phase[],
  { history, verdict }: { readonly history: History; readonly verdict: Verdict },
): PhaseReport {
  const phase = phases[index]
  if (!phase) throw new Error(`there is no phase ${index}`)
  const { fault, lostWrites, recoveryMs } = phase
  const isOf = (each: { readonly phase: number }) => each.phase === index
  const answers = history.answers.filter(isOf)
  const refused = history.refusals.filter(isOf)
  const found = verdict.violations.filter(isOf)
  const count = (...kinds: ViolationKind[]) =>
    found.filter(({ kind }) => kinds.includes(kind)).length
  const [wrongAllows, stale] = [count('wrong-allow'), count('stale')]
  return {
    name: fault.name,
    requests: answers.length + refused.filter(({ call }) => call === 'question').length,
    refusals: tally(refused.map(({ reason }) => reason)),
    unexpected: refused.filter((refusal) => !isAllowed(refusal, phases)),
    wrongAllows,
    stale,
    otherViolations: found.length - wrongAllows - stale,
    worstStalenessMs: verdict.worstStalenessMs.get(index) ?? 0,
    lostWrites,
    p99Ms: quantile(
      answers
        .filter(({ tier, demand }) => tier === 'memory' && demand.kind === 'minimize-latency')
        .map(({ sentMs, receivedMs }) => receivedMs - sentMs),
      0.99,
    ),
    recoveryMs,
  }
}

function isAllowed(refusal: Refusal, phases: readonly Phase[]): boolean {
  const { phase, phaseAtEnd, reason, replica } = refusal
  return phases.slice(phase, phaseAtEnd + 1).some(({ fault: { mayRefuse } }) => {
    if (!mayRefuse?.reasons.includes(reason)) return false
    return mayRefuse.replicas?.includes(replica) ?? true
  })
}

function tally(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const titles = [
  'fault',
  'requests',
  'refused, by reason',
  'wrong allows',
  'stale beyond bound',
  'other wrongs',
  'worst staleness ms',
  'lost writes',
  'p99 of memory ms',
  'recovered ms',
]

/** Markdown, to be read as it is. */
export function toTable(phases: readonly PhaseReport[]): string {
  const rows = [titles, ...phases.map(toRow)]
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

function toRow(phase: PhaseReport): string[] {
  const refusals = [...phase.refusals].map(([reason, count]) => `${reason} ${count}`)
  return [
    phase.name,
    String(phase.requests),
    refusals.join(', ') || '0',
    String(phase.wrongAllows),
    String(phase.stale),
    String(phase.otherViolations),
    phase.worstStalenessMs.toFixed(0),
    String(phase.lostWrites),
    phase.p99Ms.toFixed(1),
    phase.recoveryMs.toFixed(0),
  ]
}
