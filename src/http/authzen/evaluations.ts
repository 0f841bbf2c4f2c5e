import { DomainError } from '../../domain/errors.js'
import { RecordReader } from '../../domain/record-reader.js'
import { invalid, parsed } from '../../domain/validation.js'
import { type AskDeps, type Asker, askAll } from './ask.js'
import { toRefusal, toWireDecision, type WireDecision } from './decision.js'
import { evaluateOne, readBody } from './evaluation.js'
import { entities, isRecord, mapWanted, type Parts, partsOf } from './parts.js'
import { type Asked, readQuestion } from './question.js'

const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const
type Semantic = (typeof semantics)[number]

const evaluationsMax = 1_000

/**
 * Answers the whole batch, or a single decision when it holds no evaluations. An evaluation that is
 * no good is a no in its place. All are asked, whatever the semantic: it says where the answer ends.
 */
export async function evaluateAccesses(
  deps: AskDeps,
  asker: Asker,
  body: unknown,
): Promise<WireDecision | { readonly evaluations: readonly WireDecision[] }> {
  const { defaults, items, semantic } = readBatch(readBody(body))
  if (items.length === 0) return evaluateOne(deps, asker, defaults)
  const read = items.map((item, at) => readItem(item, { at, defaults, asker }))
  const asked = read.flatMap((each) => ('error' in each ? [] : [each]))
  const answers = (await askAll(deps, asker, asked)).values()
  const decisions = read.map((each) => {
    if ('error' in each) return toRefusal(each.error)
    const { value: answered } = answers.next()
    if (!answered) throw new Error('a question was left without an answer')
    return toWireDecision(answered)
  })
  return { evaluations: decisions.slice(0, lengthBy(semantic, decisions)) }
}

interface Batch {
  readonly defaults: Parts
  readonly items: readonly unknown[]
  readonly semantic: Semantic
}

/** Throws `invalid` for what is wrong with the batch as a whole; its items are looked at later. */
function readBatch(body: object): Batch {
  const defaults = partsOf(body)
  return parsed((v) => {
    for (const entity of entities) {
      const { field, raw } = defaults[entity] ?? { field: entity, raw: undefined }
      if (!isNothing(raw) && !isRecord(raw)) v.fail(field, 'FORMAT', mapWanted)
    }
    const record = new RecordReader(v, '', body)
    const items = record.list('evaluations', (_, raw) => raw)
    if (items.length > evaluationsMax) {
      v.fail('evaluations', 'TOO_MANY', `must hold at most ${evaluationsMax} evaluations`)
    }
    const options = new RecordReader(v, 'options', record.raw('options') ?? {})
    return { defaults, items, semantic: options.choice('evaluations_semantic', semantics) }
  })
}

interface ItemSurroundings {
  readonly at: number
  readonly defaults: Parts
  readonly asker: Asker
}

/** What an item says replaces the default as a whole: the two are never merged. */
function readItem(
  item: unknown,
  { at, defaults, asker }: ItemSurroundings,
): Asked | { readonly error: DomainError } {
  const field = `evaluations[${at}]`
  try {
    if (!isRecord(item)) throw invalid([{ field, reason: 'FORMAT', description: mapWanted }])
    return readQuestion({ ...defaults, ...partsOf(item, `${field}.`) }, asker.organizationId ?? '')
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

/** How many of the decisions are answered: the one that settles the batch is the last. */
function lengthBy(semantic: Semantic, decisions: readonly WireDecision[]): number {
  switch (semantic) {
    case 'execute_all':
      return decisions.length
    case 'deny_on_first_deny':
      return lengthUntil(decisions, false)
    case 'permit_on_first_permit':
      return lengthUntil(decisions, true)
    default:
      return semantic satisfies never
  }
}

function lengthUntil(decisions: readonly WireDecision[], settling: boolean): number {
  const at = decisions.findIndex(({ decision }) => decision === settling)
  return at < 0 ? decisions.length : at + 1
}

function isNothing(raw: unknown): boolean {
  return raw === undefined || raw === null
}
