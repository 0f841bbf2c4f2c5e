import { parseAttributes, questionAttributeLimits } from '../domain/attributes.js'
import type { Attributes } from '../domain/condition/condition.js'
import type { PolicyEntry, PrincipalEntry, RuleEntry } from '../domain/document.js'
import { readPolicy, readPrincipal, readRule } from '../domain/document-parser.js'
import { type RecordReader, readRecord } from '../domain/record-reader.js'
import type { Validation } from '../domain/validation.js'

/** A change in names, as people write it; `policy` is a name or an id. */
export type ChangeEntry =
  | { readonly kind: 'create_policy'; readonly policy: PolicyEntry }
  | { readonly kind: 'update_policy'; readonly policy: string; readonly principal?: PrincipalEntry }
  | { readonly kind: 'delete_policy'; readonly policy: string }
  | { readonly kind: 'set_rules'; readonly policy: string; readonly rules: readonly RuleEntry[] }
  | { readonly kind: 'create_rule'; readonly policy: string; readonly rule: RuleEntry }
  | { readonly kind: 'delete_rule'; readonly policy: string; readonly ruleId: string }
  | ({ readonly kind: 'add_group_members' | 'remove_group_members' } & MembersEntry)

interface MembersEntry {
  readonly group: string
  readonly users: readonly string[]
  readonly applications: readonly string[]
}

/** A question in names. */
export interface QuestionEntry {
  readonly principal: { readonly type: 'user' | 'application'; readonly name: string }
  readonly action: string
  /** Empty: none. */
  readonly project: string
  readonly type: string
  readonly id: string
  readonly name: string
  readonly locality: string
  readonly attributes: Attributes
  readonly ip: string
  readonly userAgent: string
  readonly context: Attributes
}

export interface SimulationFile {
  readonly changes: readonly ChangeEntry[]
  readonly questions: readonly QuestionEntry[]
}

/** Whether names exist, and whether a server would take the values, is asked when it is sent. */
export function parseSimulation(v: Validation, raw: unknown): SimulationFile {
  return readRecord(v, '', {
    raw,
    read: (record) => ({
      changes: record.records('changes', readChange),
      questions: record.records('questions', readQuestion),
    }),
  })
}

const readers: Readonly<Record<ChangeEntry['kind'], (record: RecordReader) => ChangeEntry>> = {
  create_policy: (record) => ({ kind: 'create_policy', policy: readPolicy(record) }),
  update_policy: (record) => {
    const principal = record.record('principal', readPrincipal)
    return { kind: 'update_policy', ...ofPolicy(record), ...(principal && { principal }) }
  },
  delete_policy: (record) => ({ kind: 'delete_policy', ...ofPolicy(record) }),
  set_rules: (record) => ({
    kind: 'set_rules',
    ...ofPolicy(record),
    rules: record.records('rules', readRule),
  }),
  create_rule: (record) => {
    const rule = record.record('rule', readRule)
    if (!rule) record.v.fail(record.at('rule'), 'REQUIRED', 'must be given')
    return { kind: 'create_rule', ...ofPolicy(record), rule: rule ?? emptyRule }
  },
  delete_rule: (record) => ({
    kind: 'delete_rule',
    ...ofPolicy(record),
    ruleId: record.requiredText('rule'),
  }),
  add_group_members: (record) => ({ kind: 'add_group_members', ...readMembers(record) }),
  remove_group_members: (record) => ({ kind: 'remove_group_members', ...readMembers(record) }),
}

const emptyRule: RuleEntry = {
  effect: 'allow',
  permissionSets: [],
  organization: false,
  projects: [],
  resources: [],
  condition: '',
}

function readChange(record: RecordReader): ChangeEntry {
  const given = Object.entries(readers).filter(([kind]) => record.has(kind))
  const [only] = given
  const read = only && given.length === 1 && record.record(only[0], only[1])
  if (read) return read
  const kinds = Object.keys(readers).join(', ')
  record.v.fail(record.field, 'REQUIRED', `must be exactly one of ${kinds}`)
  return { kind: 'delete_policy', policy: '' }
}

function ofPolicy(record: RecordReader): { readonly policy: string } {
  return { policy: record.requiredText('policy') }
}

function readMembers(record: RecordReader): MembersEntry {
  return {
    group: record.requiredText('group'),
    users: record.texts('users'),
    applications: record.texts('applications'),
  }
}

function readQuestion(record: RecordReader): QuestionEntry {
  return {
    principal: readAsker(record),
    action: record.requiredText('action'),
    project: record.text('project'),
    type: record.text('type'),
    id: record.text('id'),
    name: record.text('name'),
    locality: record.text('locality'),
    attributes: readMap(record, 'attributes'),
    ip: record.text('ip'),
    userAgent: record.text('user_agent'),
    context: readMap(record, 'context'),
  }
}

function readMap(record: RecordReader, key: string): Attributes {
  const raw = { value: record.raw(key), limits: questionAttributeLimits }
  return parseAttributes(record.v, record.at(key), raw)
}

function readAsker(record: RecordReader): QuestionEntry['principal'] {
  const given = (['user', 'application'] as const).filter((type) => record.has(type))
  const [type = 'user'] = given
  if (given.length === 1) return { type, name: record.requiredText(type) }
  record.v.fail(record.field, 'REQUIRED', 'must have exactly one of user and application')
  return { type, name: '' }
}
