import { type ASTNode, Environment, ParseError, type TypeCheckResult } from '@marcbachmann/cel-js'
import { DEPTH_MAX, NODES_MAX } from './limits.js'
import { Refusal } from './refusal.js'
import { RECORDS } from './vocabulary.js'

/** Parsed within the structural limits; `check` throws a `Refusal` unless the result may be a bool. */
export interface TypeCheckable {
  readonly tree: ASTNode
  check(): void
}

/**
 * The one parser that stops at a depth and a size, so it reads the source first; and the only
 * checker of types that is exported by either library. It evaluates nothing: its `matches` is a
 * backtracking engine and its time zones go through the host's clock.
 */
export function createTypeChecker(): (source: string) => TypeCheckable {
  const environment = createEnvironment()
  return (source) => {
    const parsed = parse(environment, source)
    return { tree: parsed.ast, check: () => requireBool(parsed.check()) }
  }
}

function createEnvironment(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: NODES_MAX,
      maxDepth: DEPTH_MAX,
      maxListElements: NODES_MAX,
      maxMapEntries: NODES_MAX,
      maxCallArguments: 4,
    },
  })
  for (const [name, fields] of RECORDS) {
    environment.registerVariable(name, { schema: Object.fromEntries(fields) })
  }
  environment.registerVariable('context', 'map<string, dyn>')
  for (const signature of SIGNATURES) environment.registerFunction(signature, neverCalled)
  return environment
}

/** Ours, and what the standard has and the checker lacks. */
const SIGNATURES = [
  'inIpRange(string, string): bool',
  'string(google.protobuf.Timestamp): string',
  'string(google.protobuf.Duration): string',
  'int(google.protobuf.Timestamp): int',
  'timestamp(google.protobuf.Timestamp): google.protobuf.Timestamp',
  'duration(google.protobuf.Duration): google.protobuf.Duration',
]

function neverCalled(): never {
  throw new Error('the type checker does not evaluate')
}

function parse(
  environment: Environment,
  source: string,
): { ast: ASTNode; check(): TypeCheckResult } {
  try {
    return environment.parse(source)
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('TOO_LARGE', 'too deeply nested')
    if (!(error instanceof ParseError)) throw new Refusal('SYNTAX', 'not an expression')
    const reason = error.code === 'limit_exceeded' ? 'TOO_LARGE' : 'SYNTAX'
    throw new Refusal(reason, error.summary, error.range?.start)
  }
}

/**
 * `dyn` passes: what an attribute holds is known only at evaluation, where anything but a bool is
 * an error.
 */
function requireBool({ valid, type, error }: TypeCheckResult): void {
  if (!valid) {
    const reason = UNKNOWN_CODES.has(error?.code ?? '') ? 'UNKNOWN' : 'TYPE'
    throw new Refusal(reason, error?.summary ?? 'wrong types', error?.range?.start)
  }
  if (type !== 'bool' && type !== 'dyn') {
    throw new Refusal('TYPE', `a condition is a bool, not a ${type}`)
  }
}

const UNKNOWN_CODES: ReadonlySet<string> = new Set(['unknown_variable', 'no_such_key'])
