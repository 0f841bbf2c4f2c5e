import { type CelFunc, CelScalar, celFunc, isCelList, isCelMap } from '@bufbuild/cel'
import { bodyNodes, rangeBound } from './cost.js'
import { withNullKeys } from './json-view.js'
import type { Meter } from './meter.js'
import { qualifiedName } from './names.js'
import { type Comprehension, childrenOf, type Expr, type Selection } from './syntax.js'
import { MESSAGE_TYPE_NAMES, RECORDS } from './vocabulary.js'

const { DYN, INT } = CelScalar
// `@` cannot be written in a source, so no expression can call these by name.
const RANGE = '@range'
const CONTAINER = '@container'
const MAP = '@map'
const TIMESTAMP_TYPE = 'google.protobuf.Timestamp'

/** Puts the run-time guards into the tree, in place; run it after everything that reads the tree. */
export function addGuards(expr: Expr): void {
  const { exprKind } = expr
  if (exprKind.case === 'comprehensionExpr') guardRange(exprKind.value)
  if (exprKind.case === 'selectExpr') {
    if (MESSAGE_TYPE_NAMES.has(qualifiedName(expr) ?? '')) return
    guardSelection(exprKind.value)
  }
  if (exprKind.case === 'callExpr' && exprKind.value.function === '_[_]') {
    const [operand, ...index] = exprKind.value.args
    if (operand && !isDocument(operand))
      exprKind.value.args = [call(CONTAINER, [operand]), ...index]
  }
  for (const child of childrenOf(expr)) addGuards(child)
}

export function guardFunctions(meter: Meter): CelFunc[] {
  return [
    celFunc(RANGE, [DYN, INT, INT], DYN, (range, sizeMax, nodes) => {
      if (!isCelList(range) && !isCelMap(range)) return range
      if (range.size > sizeMax) throw new Error(`more than ${sizeMax} elements to loop over`)
      meter.spend(range.size * Number(nodes))
      return range
    }),
    celFunc(CONTAINER, [DYN], DYN, (value) => {
      if (isCelMap(value)) return withNullKeys(value)
      if (isCelList(value)) return value
      throw new Error('only maps and lists have fields and elements')
    }),
    celFunc(MAP, [DYN], DYN, (value) => {
      if (isCelMap(value)) return withNullKeys(value)
      throw new Error('only maps have fields')
    }),
  ]
}

function guardSelection(selection: Selection): void {
  const { operand, testOnly } = selection
  if (!operand) return
  // `has()` of a field of a string is an error; the evaluator calls the field absent.
  if (testOnly && operand.exprKind.case !== 'identExpr') selection.operand = call(MAP, [operand])
  else if (!isDocument(operand)) selection.operand = call(CONTAINER, [operand])
}

function guardRange(loop: Comprehension): void {
  if (!loop.iterRange) return
  const sizeMax = integer(BigInt(rangeBound(loop.iterRange)))
  const nodes = integer(BigInt(bodyNodes(loop)))
  loop.iterRange = call(RANGE, [loop.iterRange, sizeMax, nodes])
}

/**
 * Documents hold JSON and nothing else. Anything else may be a timestamp, and the evaluator would
 * read `seconds` and `nanos` of one, which CEL does not have; or a map made in the expression,
 * where it takes a key whose value is null for an absent one.
 */
function isDocument({ exprKind }: Expr): boolean {
  if (exprKind.case === 'identExpr') {
    return exprKind.value.name === 'context' || RECORDS.has(exprKind.value.name)
  }
  if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly) return false
  const { operand, field } = exprKind.value
  if (!operand) return false
  const fields = RECORDS.get(qualifiedName(operand) ?? '')
  return fields ? fields.get(field) !== TIMESTAMP_TYPE : isDocument(operand)
}

function call(name: string, args: Expr[]): Expr {
  return {
    $typeName: 'cel.expr.Expr',
    id: args[0]?.id ?? 0n,
    exprKind: {
      case: 'callExpr',
      value: { $typeName: 'cel.expr.Expr.Call', function: name, args },
    },
  }
}

function integer(value: bigint): Expr {
  return {
    $typeName: 'cel.expr.Expr',
    id: 0n,
    exprKind: {
      case: 'constExpr',
      value: {
        $typeName: 'cel.expr.Constant',
        constantKind: { case: 'int64Value', value },
      },
    },
  }
}
