import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { readCorpusFile } from './offline.js'

/** A numbered statement of the manual, and the cases that hold it. */
export interface Statement {
  /** `2.14` */
  readonly number: string
  readonly text: string
  readonly references: readonly Reference[]
}

export interface Reference {
  /** From the root of the repository. */
  readonly file: string
  /** The name of a case of the corpus, or the title of a test as its file has it. */
  readonly name: string
}

const root = new URL('../../', import.meta.url)
const statementStart = /^<a id="s([\d.]+)"><\/a>\*\*([\d.]+)\*\* (.+)$/
const referenceLine = /^- `([^`]+)`: (.+)$/

/** Throws at a line that looks like a statement or a reference and is none. */
export function parseStatements(page: string): readonly Statement[] {
  const statements: { number: string; text: string; references: Reference[] }[] = []
  for (const line of page.split('\n')) {
    const last = statements.at(-1)
    const [, anchor, number = '', text = ''] = statementStart.exec(line) ?? []
    const [, file = '', name = ''] = referenceLine.exec(line) ?? []
    if (anchor !== undefined) {
      if (anchor !== number) throw new Error(`statement ${number} has the anchor s${anchor}`)
      statements.push({ number, text, references: [] })
    } else if (file !== '' && last) last.references.push({ file, name })
    else if (/^(<a id|\*\*\d|- `)/.test(line)) throw new Error(`cannot be read: ${line}`)
  }
  return statements
}

/** Answers what is wrong with the reference; `undefined` when it leads to a case. */
export function problemOf({ file, name }: Reference): string | undefined {
  if (!/\.(yaml|ts)$/.test(file)) return `${file} is neither a corpus file nor a test`
  if (!existsSync(new URL(file, root))) return `${file} does not exist`
  const found = file.endsWith('.yaml') ? isCorpusCase(file, name) : isTestTitle(file, name)
  return found ? undefined : `${file} has no case \`${name}\``
}

function isCorpusCase(file: string, name: string): boolean {
  return readCorpusFile(basename(file)).cases.some((each) => each.name === name)
}

/**
 * A title is a text that a call or a row of a table begins with, or that stands beside `title`:
 * what a test is called by is always one of these, and hardly anything else is.
 */
function isTestTitle(file: string, name: string): boolean {
  const source = readFileSync(new URL(file, root), 'utf8')
  return ["'", '"', '`'].some((quote) => {
    const literal = quote + name.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote
    for (let at = source.indexOf(literal); at >= 0; at = source.indexOf(literal, at + 1)) {
      if (/(?:[([]|\btitle:)\s*$/.test(source.slice(Math.max(0, at - 80), at))) return true
    }
    return false
  })
}
