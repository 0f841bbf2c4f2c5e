import { parse } from 'yaml'
import type { CompileCondition } from '../domain/condition/condition.js'
import { type Corpus, type CorpusCase, isExpected, type Outcome } from '../domain/corpus.js'
import { parseCorpus } from '../domain/corpus-parser.js'
import { DomainError, type Violation } from '../domain/errors.js'
import type { FindBuiltinPermissionSet } from '../domain/permission-set.js'
import { parsed } from '../domain/validation.js'
import { askWorld } from '../domain/world/ask.js'
import { createCountedIds } from '../domain/world/counted-ids.js'
import { createWorld } from '../domain/world/world.js'

export interface PolicyTestInput {
  readonly files: readonly string[]
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
}

export interface FileResult {
  readonly path: string
  /** Empty when the file could not be read. */
  readonly description: string
  readonly cases: readonly CaseResult[]
  /** Why the file could not be run. */
  readonly problems: readonly Problem[]
}

export type Problem = Pick<Violation, 'field' | 'description'>

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  readonly expected: Outcome
  readonly got: Outcome
}

/** Runs corpus files one after another. A bad file is part of the result, never a rejection. */
export async function runPolicyTest(input: PolicyTestInput): Promise<PolicyTestResult> {
  const files: FileResult[] = []
  // In order, so that servers see one file's organizations at a time.
  for (const path of input.files) files.push(await runFile(path, input))
  const cases = files.flatMap((file) => file.cases)
  const passed = cases.filter((each) => each.passed).length
  const broken = files.filter((file) => file.problems.length > 0).length
  return { files, passed, failed: cases.length - passed + broken }
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
    const corpus = await readCorpus(path, readText)
    const ask = await open(corpus)
    const cases: CaseResult[] = []
    for (const asked of corpus.cases) cases.push(await runCase(asked, ask))
    return { path, description: corpus.description, cases, problems: [] }
  } catch (error) {
    return { path, description: '', cases: [], problems: problemsOf(error) }
  }
}

async function readCorpus(path: string, readText: PolicyTestInput['readText']): Promise<Corpus> {
  const raw: unknown = parse(await readText(path))
  return parsed((v) => parseCorpus(v, '', raw))
}

async function runCase(asked: CorpusCase, ask: AskCase): Promise<CaseResult> {
  const { name, expected } = asked
  const got = await ask(asked)
  return { name, passed: isExpected(expected, got), expected, got }
}

/** Whatever it is, it is the file's: unreadable, not YAML, not a corpus, or refused by a server. */
function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof DomainError && error.violations.length > 0) return error.violations
  return [{ field: '', description: error instanceof Error ? error.message : 'cannot be run' }]
}
