import { parse as parseCel } from '@bufbuild/cel'
import { Refusal } from './refusal.js'

type ParsedSource = ReturnType<typeof parseCel>

/** A node of the tree the evaluator runs, macros already expanded into loops. */
export type Expr = NonNullable<ParsedSource['expr']>
export type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value']
export type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value']

export type Constant = Extract<Expr['exprKind'], { case: 'constExpr' }>['value']
export type Selection = Extract<Expr['exprKind'], { case: 'selectExpr' }>['value']

export interface Syntax {
  readonly root: Expr
  /** Where a node stands in the source, in UTF-16 units. */
  offsetOf(expr: Expr): number | undefined
}

/** Parses what the type checker's stricter parser has already accepted and bounded. */
export function parseSyntax(source: string): Syntax {
  const { expr, sourceInfo } = parseOrRefuse(source)
  if (!expr) throw new Refusal('SYNTAX', 'no expression')
  return { root: expr, offsetOf: ({ id }) => sourceInfo?.positions[id.toString()] }
}

/** The nodes directly below, in source order as far as macros leave one. */
export function childrenOf({ exprKind }: Expr): readonly Expr[] {
  switch (exprKind.case) {
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args])
    case 'selectExpr':
      return present([exprKind.value.operand])
    case 'listExpr':
      return exprKind.value.elements
    case 'structExpr':
      return present(
        exprKind.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === 'mapKey' ? keyKind.value : undefined,
          value,
        ]),
      )
    case 'comprehensionExpr':
      return [...present([exprKind.value.iterRange]), ...loopBodyOf(exprKind.value)]
    default:
      return []
  }
}

/** What runs once a round, and the two parts that run once a loop. */
export function loopBodyOf(loop: Comprehension): readonly Expr[] {
  return present([loop.accuInit, loop.loopCondition, loop.loopStep, loop.result])
}

function parseOrRefuse(source: string): ParsedSource {
  try {
    return parseCel(source)
  } catch (error) {
    throw new Refusal('SYNTAX', error instanceof Error ? error.message : 'not an expression')
  }
}

function present(nodes: readonly (Expr | undefined)[]): readonly Expr[] {
  return nodes.filter((node) => node !== undefined)
}
