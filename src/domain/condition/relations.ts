import type { ASTNode } from '@marcbachmann/cel-js'
import { childrenOf, type Expr, loopBodyOf } from './syntax.js'

/**
 * In CEL `a == b < c` reads `(a == b) < c`; the type checker's parser reads `a == (b < c)`. A
 * relation on the right of another is parenthesised in the one and need not be in the other, so
 * where these two numbers differ the libraries read different conditions.
 */
export function rightRelations(expr: Expr): number {
  const { exprKind } = expr
  if (exprKind.case === 'comprehensionExpr') {
    // Without the result: `exists_one` compares there, and nobody wrote that.
    const written = loopBodyOf({ ...exprKind.value, result: undefined })
    const nodes = exprKind.value.iterRange ? [exprKind.value.iterRange, ...written] : written
    return sumOf(nodes.map(rightRelations))
  }
  const right = isRelation(expr) ? childrenOf(expr)[1] : undefined
  return (right && isRelation(right) ? 1 : 0) + sumOf(childrenOf(expr).map(rightRelations))
}

/** The same in the type checker's tree. */
export function checkerRightRelations({ op, args }: ASTNode): number {
  const below = nodesIn(args)
  const right = CHECKER_RELATIONS.has(op) ? below[1] : undefined
  const own = right && CHECKER_RELATIONS.has(right.op) ? 1 : 0
  return own + sumOf(below.map(checkerRightRelations))
}

const RELATIONS: ReadonlySet<string> = new Set([
  '_==_',
  '_!=_',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  '@in',
])
const CHECKER_RELATIONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in'])

function isRelation({ exprKind }: Expr): boolean {
  return exprKind.case === 'callExpr' && RELATIONS.has(exprKind.value.function)
}

function nodesIn(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn)
  return isNode(args) ? [args] : []
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
