import type { CompileCondition } from '../domain/condition/condition.js'
import { type Corpus, type CorpusCase, isExpected, type Outcome } from '../domain/corpus.js'
import { parseCorpus } from '../domain/corpus-parser.js'
import { DomainError } from '../domain/errors.js'
import type { FindBuiltinPermissionSet } from '../domain/permission-set.js'
import { parsed } from '../domain/validation.js'
import { askWorld } from '../domain/world/ask.js'
import { createCountedIds } from '../domain/world/counted-ids.js'
import { createWorld } from '../domain/world/world.js'
import type { CliError, PlacedViolation } from './cli-error.js'
import { type DataFile, parseData, placed } from './data-file.js'
import { type ExitCode, exitCodes } from './exit-code.js'
import { toCliError } from './report-error.js'

export interface PolicyTestInput {
  readonly files: readonly string[]
  /** Rejects with `CliError` when there is no such text. */
  readText(path: string): Promise<string>
  readonly open: OpenCorpus
}

/**
 * Makes ready what answers the cases of one file. Rejects with a `DomainError` when the file's
 * organizations cannot be made; the file then counts as failed.
 */
export type OpenCorpus = (corpus: Corpus) => Promise<AskCase>
export type AskCase = (asked: CorpusCase) => Promise<Outcome>

export interface PolicyTestResult {
  readonly files: readonly FileResult[]
  readonly passed: number
  /** Cases that came out otherwise, and files that could not be run. */
  readonly failed: number
  /** 0 and 1 are answers; a file that could not be run leaves its own code. */
  readonly exitCode: ExitCode
}

export interface FileResult {
  readonly path: string
  /** Empty when the file could not be read. */
  readonly description: string
  readonly cases: readonly CaseResult[]
  /** Why the file could not be run. */
  readonly problems: readonly Problem[]
  readonly exitCode: ExitCode
}

export type Problem = Pick<PlacedViolation, 'field' | 'description' | 'line' | 'column'>

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  readonly expected: Outcome
  readonly got: Outcome
}

/**
 * Runs corpus files one after another. A bad file is part of the result; rejects with `CliError`
 * when the server cannot answer, since then nothing is known of any file.
 */
export async function runPolicyTest(input: PolicyTestInput): Promise<PolicyTestResult> {
  const files: FileResult[] = []
  // In order, so that servers see one file's organizations at a time.
  for (const path of input.files) files.push(await runFile(path, input))
  const cases = files.flatMap((file) => file.cases)
  const passed = cases.filter((each) => each.passed).length
  const broken = files.filter((file) => file.problems.length > 0).length
  const failed = cases.length - passed + broken
  const ownCode = files.find((file) => file.problems.length > 0)?.exitCode
  return {
    files,
    passed,
    failed,
    exitCode: ownCode ?? (failed === 0 ? exitCodes.ok : exitCodes.no),
  }
}

/** Answers from a world in memory, without any server. */
export function openOffline(deps: {
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly compileCondition: CompileCondition
}): OpenCorpus {
  return async ({ organizations }) => {
    const worldDeps = { ...deps, newId: createCountedIds() }
    const world = parsed((v) => createWorld(v, organizations, worldDeps))
    return async (asked) => askWorld(world, asked)
  }
}

async function runFile(path: string, { readText, open }: PolicyTestInput): Promise<FileResult> {
  try {
    const file = parseData(path, await readText(path))
    return await runCases(path, file, open)
  } catch (error) {
    return brokenFile(path, ofFile(error))
  }
}

async function runCases(path: string, file: DataFile, open: OpenCorpus): Promise<FileResult> {
  try {
    const corpus = parsed((v) => parseCorpus(v, '', file.value))
    const ask = await open(corpus)
    const cases: CaseResult[] = []
    for (const asked of corpus.cases) cases.push(await runCase(asked, ask))
    const { description } = corpus
    return { path, description, cases, problems: [], exitCode: exitCodes.ok }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { violations, message } = error
    const problems =
      violations.length > 0 ? placed(file, violations) : [{ field: '', description: message }]
    return { path, description: '', cases: [], problems, exitCode: exitCodes.badData }
  }
}

async function runCase(asked: CorpusCase, ask: AskCase): Promise<CaseResult> {
  const { name, expected } = asked
  const got = await ask(asked)
  return { name, passed: isExpected(expected, got), expected, got }
}

/** Rethrows what is not the file's fault: a server that is away, a key that may not ask, a bug. */
function ofFile(error: unknown): CliError {
  const refusal = toCliError(error)
  const { exitCode } = refusal
  if (exitCode === exitCodes.badData || exitCode === exitCodes.noInput) return refusal
  throw refusal
}

function brokenFile(path: string, { message, violations, exitCode }: CliError): FileResult {
  const problems = violations.length > 0 ? violations : [{ field: '', description: message }]
  return { path, description: '', cases: [], problems, exitCode }
}
