import { Composer, type Document, isNode, Lexer, LineCounter, Parser } from 'yaml'
import { badData, CliError, type PlacedViolation } from './cli-error.js'
import { exitCodes } from './exit-code.js'
import { decodeUtf8, noInput, readBytes, readStream } from './read-file.js'
import type { Terminal } from './terminal.js'

/** What a file in YAML or JSON holds, and where in it. */
export interface DataFile {
  /** As people know it; `standard input` for `-`. */
  readonly name: string
  readonly value: unknown
  /** The place of a field such as `policies[3].rules[0]`, or of the nearest thing around it. */
  placeOf(field: string): Place | undefined
}

/** Both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

const bytesMax = 16 * 1024 * 1024

/** Throws `CliError` for what cannot be read, is not UTF-8 or is not one document. */
export async function readDataFile(
  path: string,
  { stdin }: Pick<Terminal, 'stdin'>,
): Promise<DataFile> {
  const name = path === '-' ? 'standard input' : path
  const bytes =
    path === '-' ? await readStream(stdin, { name, bytesMax }) : await readBytes(path, bytesMax)
  return parseData(name, decodeUtf8(bytes, name))
}

/** JSON is YAML, so that one parser reads both, and knows the line of everything. */
export function parseData(name: string, text: string): DataFile {
  if (text.trim() === '') throw noInput(`${name} is empty`)
  const lines = new LineCounter()
  const document = composeOne(name, text, lines)
  return {
    name,
    value: toValue(name, document),
    placeOf: (field) => placeIn(document, lines, fieldPath(field)),
  }
}

function composeOne(name: string, text: string, lines: LineCounter): Document.Parsed {
  const composer = new Composer({
    version: '1.2',
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  })
  // The parser tells where lines begin, but for the first.
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  const tokens = shallowTokens(text, parser, (offset) => tooDeep(name, lines, offset))
  const [document, second] = composer.compose(tokens, true, text.length)
  if (!document) throw badData(`${name}: holds no document`)
  const problems = [...document.errors, ...document.warnings]
  if (problems.length > 0) throw malformed(name, lines, problems)
  refuseZero(name, text, lines)
  if (second) {
    throw malformed(name, lines, [
      { pos: [second.range[0], second.range[1]], message: 'only one document may be in a file' },
    ])
  }
  return document
}

const depthMax = 64

/** The composer is recursive, and very deep nesting would end the process and not the parse. */
function* shallowTokens(text: string, parser: Parser, refuse: (offset: number) => CliError) {
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > depthMax) throw refuse(parser.offset)
  }
  yield* parser.end()
}

function tooDeep(name: string, lines: LineCounter, offset: number): CliError {
  const message = `must not nest deeper than ${depthMax} levels`
  return malformed(name, lines, [{ pos: [offset, offset], message }])
}

function refuseZero(name: string, text: string, lines: LineCounter): void {
  const offset = text.indexOf('\0')
  if (offset < 0) return
  throw malformed(name, lines, [{ pos: [offset, offset], message: 'must not hold NUL characters' }])
}

interface Problem {
  readonly pos: readonly [number, number]
  readonly message: string
}

function malformed(name: string, lines: LineCounter, problems: readonly Problem[]): CliError {
  const [first] = problems
  const placed = problems.slice(0, problemsShown).map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0])
    return { field: '', reason: 'SYNTAX', description: message, line, column: col }
  })
  const { line = 1, column = 1 } = placed[0] ?? {}
  return new CliError(exitCodes.badData, {
    reason: 'FILE_MALFORMED',
    message:
      placed.length > 1
        ? `${name} cannot be read as YAML or JSON:`
        : `${name}:${line}:${column}: ${first?.message ?? 'cannot be read'}`,
    ...(placed.length > 1 && { violations: placed }),
  })
}

/** One slip makes many errors further down, which help nobody. */
const problemsShown = 5

const aliasesMax = 100

function toValue(name: string, document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax })
  } catch (cause) {
    const isBomb = cause instanceof ReferenceError && cause.message.includes('alias count')
    const why = isBomb ? 'aliases stand for too much' : messageOf(cause)
    throw badData(`${name}: ${why}`, cause)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** `policies[3].rules[0]` becomes its steps. */
export function fieldPath(field: string): (string | number)[] {
  return [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  )
}

function placeIn(
  document: Document.Parsed,
  lines: LineCounter,
  path: readonly (string | number)[],
): Place | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (!isNode(node) || !node.range) continue
    const { line, col } = lines.linePos(node.range[0])
    return { line, column: col }
  }
  return undefined
}

/** Says of each violation where in the file it is. */
export function placed(
  file: DataFile,
  violations: readonly PlacedViolation[],
): readonly PlacedViolation[] {
  return violations.map((violation) => ({ ...violation, ...file.placeOf(violation.field) }))
}
