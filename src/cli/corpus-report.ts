import type { Outcome } from '../domain/corpus.js'
import type { CaseResult, FileResult, PolicyTestResult } from './corpus-run.js'
import { violationText } from './report-error.js'

/** What a person reads: a line a file, below it what failed, and the sum at the end. */
export function reportPolicyTest({ files, passed, failed }: PolicyTestResult): string {
  const sum = `${passed} passed, ${failed} failed`
  return [...files.flatMap(reportFile), sum, ''].join('\n')
}

function reportFile({ path, description, cases, problems }: FileResult): string[] {
  const failures = cases.filter((each) => !each.passed)
  const failed = problems.length > 0 || failures.length > 0
  const title = description === '' ? path : `${path}: ${description}`
  return [
    `${failed ? 'FAIL' : 'ok  '} ${title}`,
    ...problems.map((problem) => `     ${violationText(problem)}`),
    ...failures.flatMap(reportFailure),
  ]
}

function reportFailure({ name, expected, got }: CaseResult): string[] {
  return [
    `     ${name}`,
    `       expected ${describeOutcome(expected)}`,
    `       got      ${describeOutcome(got)}`,
  ]
}

export function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === 'invalid') return `a refusal of the field ${outcome.field}`
  const policy = outcome.policy === '' ? '' : ` by policy \`${outcome.policy}\``
  return `${outcome.effect} ${outcome.reason}${policy}`
}
