import { NODES_PER_STEP, RANGE_MAX } from './limits.js'
import { type Comprehension, childrenOf, type Expr, loopBodyOf } from './syntax.js'

/**
 * Loop rounds in the worst case. Only the innermost rounds count, so two nested loops over
 * variables cost 100 × 100.
 */
export function worstCaseSteps(expr: Expr): number {
  if (expr.exprKind.case !== 'comprehensionExpr') return sumOf(childrenOf(expr), worstCaseSteps)
  const loop = expr.exprKind.value
  const inner = sumOf(loopBodyOf(loop), worstCaseSteps)
  const own = Math.ceil(bodyNodes(loop) / NODES_PER_STEP)
  const rounds = loop.iterRange ? rangeBound(loop.iterRange) : 0
  return rounds * Math.max(inner, own) + (loop.iterRange ? worstCaseSteps(loop.iterRange) : 0)
}

/** The most elements a range may have; `guard.ts` makes a longer one an error, so it is no guess. */
export function rangeBound({ exprKind }: Expr): number {
  switch (exprKind.case) {
    case 'listExpr':
      return exprKind.value.elements.length
    case 'structExpr':
      return exprKind.value.entries.length
    case 'comprehensionExpr':
      return exprKind.value.iterRange ? rangeBound(exprKind.value.iterRange) : RANGE_MAX
    case 'callExpr':
      return callBound(exprKind.value.function, exprKind.value.args)
    default:
      return RANGE_MAX
  }
}

/** Nodes evaluated in one round, those of loops inside excepted: they are counted by their own. */
export function bodyNodes(loop: Comprehension): number {
  return sumOf(loopBodyOf(loop), nodesOutsideLoops)
}

function nodesOutsideLoops(expr: Expr): number {
  if (expr.exprKind.case !== 'comprehensionExpr') {
    return 1 + sumOf(childrenOf(expr), nodesOutsideLoops)
  }
  const { iterRange } = expr.exprKind.value
  return 1 + (iterRange ? nodesOutsideLoops(iterRange) : 0)
}

function callBound(name: string, args: readonly Expr[]): number {
  if (name === '_+_') return sumOf(args, rangeBound)
  if (name === '_?_:_') return Math.max(...args.slice(1).map(rangeBound))
  return RANGE_MAX
}

function sumOf(nodes: readonly Expr[], measure: (node: Expr) => number): number {
  return nodes.reduce((sum, node) => sum + measure(node), 0)
}
