/** CEL type of each field of each variable that has fields; `context` is a map of anything. */
export const RECORDS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'request',
    new Map([
      ['ip', 'string'],
      ['time', 'google.protobuf.Timestamp'],
      ['user_agent', 'string'],
    ]),
  ],
  [
    'resource',
    new Map([
      ['name', 'string'],
      ['type', 'string'],
      ['id', 'string'],
      ['project_id', 'string'],
      ['locality', 'string'],
      ['attributes', 'map<string, dyn>'],
    ]),
  ],
  [
    'principal',
    new Map([
      ['id', 'string'],
      ['type', 'string'],
      ['attributes', 'map<string, dyn>'],
      ['tags', 'list<string>'],
    ]),
  ],
])

export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
])

export const MESSAGE_TYPE_NAMES: ReadonlySet<string> = new Set([
  'google.protobuf.Duration',
  'google.protobuf.Timestamp',
])

export const TIME_METHODS = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
] as const

const OPERATORS = [
  ...['_&&_', '_||_', '!_', '_?_:_', '_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_'],
  ...['_+_', '_-_', '_*_', '_/_', '_%_', '-_', '_[_]', '@in', '@not_strictly_false'],
]

/**
 * Everything an expression may call, macros aside. The type checker knows more (string and JSON
 * extensions) that the evaluator does not: a call that passed the one and failed in the other would
 * be an error at every decision instead of a refusal at write time.
 */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  ...OPERATORS,
  ...['has', 'size', 'contains', 'startsWith', 'endsWith', 'matches', 'inIpRange'],
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'],
  ...TIME_METHODS,
])
