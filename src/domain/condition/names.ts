import { NESTED_LOOPS_MAX } from './limits.js'
import { Refusal, type RefusalReason, type Refuse } from './refusal.js'
import {
  type Call,
  type Comprehension,
  type Constant,
  childrenOf,
  type Expr,
  loopBodyOf,
  type Selection,
  type Syntax,
} from './syntax.js'
import { FUNCTIONS, MESSAGE_TYPE_NAMES, RECORDS, TYPE_NAMES } from './vocabulary.js'

type CheckCall = (call: Call, refuse: Refuse) => void

interface Walk {
  readonly syntax: Syntax
  readonly checkCall: CheckCall
  readonly loopVariables: ReadonlySet<string>
  readonly loops: number
}

/**
 * Refuses every name outside the vocabulary. The type checker alone would let pass fields under
 * `has()`, fields of timestamps, and the constants and extensions of its own library.
 */
export function checkNames(syntax: Syntax, checkCall: CheckCall): void {
  visit(syntax.root, { syntax, checkCall, loopVariables: new Set(), loops: 0 })
}

/** `a.b.c` for a chain of plain selections, else `undefined`. */
export function qualifiedName({ exprKind }: Expr): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name
  if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly) return undefined
  return selectionName(exprKind.value)
}

function selectionName({ operand, field }: Selection): string | undefined {
  const name = operand && qualifiedName(operand)
  return name === undefined ? undefined : `${name}.${field}`
}

function visit(expr: Expr, walk: Walk): void {
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'identExpr':
      checkIdentifier(exprKind.value.name, expr, walk)
      break
    case 'selectExpr':
      checkSelection(exprKind.value, expr, walk)
      break
    case 'comprehensionExpr':
      checkLoop(exprKind.value, expr, walk)
      break
    case 'constExpr':
      checkConstant(exprKind.value, expr, walk)
      break
    case 'callExpr':
      checkFunction(exprKind.value, expr, walk)
      visitChildren(expr, walk)
      break
    case 'structExpr':
      if (exprKind.value.messageName !== '') refuse(walk, expr, 'FORBIDDEN', 'no message literals')
      visitChildren(expr, walk)
      break
    case 'listExpr':
      visitChildren(expr, walk)
      break
    case undefined:
      refuse(walk, expr, 'SYNTAX', 'not an expression')
      break
    default:
      exprKind satisfies never
  }
}

function visitChildren(expr: Expr, walk: Walk): void {
  for (const child of childrenOf(expr)) visit(child, walk)
}

function checkIdentifier(name: string, expr: Expr, walk: Walk): void {
  if (walk.loopVariables.has(name) || name === 'context' || TYPE_NAMES.has(name)) return
  if (RECORDS.has(name)) refuse(walk, expr, 'TYPE', `\`${name}\` is not a value, its fields are`)
  refuse(walk, expr, 'UNKNOWN', `unknown variable \`${name}\``)
}

function checkSelection(selection: Selection, expr: Expr, walk: Walk): void {
  const name = selectionName(selection) ?? ''
  if (MESSAGE_TYPE_NAMES.has(name)) return
  const [root = '', field = '', ...below] = name.split('.')
  const fields = RECORDS.get(root)
  if (!fields) {
    if (selection.operand) visit(selection.operand, walk)
    return
  }
  const type = fields.get(field)
  if (!type) refuse(walk, expr, 'UNKNOWN', `unknown field \`${root}.${field}\``)
  if (below.length > 0 && !type.startsWith('map')) {
    refuse(walk, expr, 'TYPE', `\`${root}.${field}\` has no fields`)
  }
}

function checkLoop(loop: Comprehension, expr: Expr, walk: Walk): void {
  const { iterVar, iterVar2, accuVar, iterRange } = loop
  // A shadowed variable would make the checker and the evaluator read two different things.
  if (isReserved(iterVar) || iterVar2 !== '') {
    refuse(walk, expr, 'FORBIDDEN', `\`${iterVar}\` is reserved and cannot name a loop variable`)
  }
  const loops = walk.loops + 1
  if (loops > NESTED_LOOPS_MAX) {
    refuse(walk, expr, 'TOO_COSTLY', `more than ${NESTED_LOOPS_MAX} loops inside each other`)
  }
  if (iterRange) visit(iterRange, walk)
  const loopVariables = new Set([...walk.loopVariables, iterVar, accuVar])
  for (const part of loopBodyOf(loop)) visit(part, { ...walk, loopVariables, loops })
}

function checkFunction(call: Call, expr: Expr, walk: Walk): void {
  if (!FUNCTIONS.has(call.function)) {
    refuse(walk, expr, 'UNKNOWN', `unknown function \`${call.function}\``)
  }
  walk.checkCall(call, (reason, message) => refuse(walk, expr, reason, message))
}

/** Neither parser minds an integer that no 64 bits hold. */
function checkConstant({ constantKind }: Constant, expr: Expr, walk: Walk): void {
  if (constantKind.case !== 'int64Value' && constantKind.case !== 'uint64Value') return
  const { case: type, value } = constantKind
  if (BigInt[type === 'int64Value' ? 'asIntN' : 'asUintN'](64, value) !== value) {
    refuse(walk, expr, 'SYNTAX', 'the integer does not fit 64 bits')
  }
}

function isReserved(name: string): boolean {
  return RECORDS.has(name) || TYPE_NAMES.has(name) || name === 'context' || name === 'google'
}

function refuse(walk: Walk, expr: Expr, reason: RefusalReason, message: string): never {
  throw new Refusal(reason, message, walk.syntax.offsetOf(expr))
}
