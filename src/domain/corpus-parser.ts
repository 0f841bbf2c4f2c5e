import type { Corpus, CorpusCase, NamedQuestion, NamedResource, Outcome } from './corpus.js'
import type { AllowReason, DenyReason } from './decision.js'
import { parseInstant } from './instant.js'
import { defaultProjectName } from './project.js'
import { type RecordReader, readRecord } from './record-reader.js'
import type { Validation } from './validation.js'
import type { OrganizationPlan } from './world/plan.js'
import { readOrganizationPlan } from './world/plan-parser.js'
import type { Asker } from './world/world.js'

/**
 * Reads what a corpus file in YAML or JSON holds. Reports unknown keys, wrong types, and names in
 * cases that the file's organizations do not have: a misspelt project must not pass for one that
 * is out of reach. Those who ask are the exception, since asking about nobody has an answer.
 */
export function parseCorpus(v: Validation, field: string, raw: unknown): Corpus {
  return readRecord(v, field, { raw, read: readCorpus })
}

function readCorpus(record: RecordReader): Corpus {
  const organizations = record.records('organizations', readOrganizationPlan)
  const [first] = organizations
  if (!first) record.v.fail(record.at('organizations'), 'REQUIRED', 'must hold at least one')
  const nowMs = readInstant(record, 'now')
  if (nowMs === undefined) record.v.fail(record.at('now'), 'REQUIRED', 'must be given')
  if (!record.has('cases')) record.v.fail(record.at('cases'), 'REQUIRED', 'must be given')
  const scene = { organizations, defaultOrganization: first?.name ?? '', nowMs: nowMs ?? 0 }
  return {
    description: record.requiredText('description'),
    organizations,
    cases: record.records('cases', (each) => readCase(each, scene)),
  }
}

interface Scene {
  readonly organizations: readonly OrganizationPlan[]
  /** The one meant where none is named. */
  readonly defaultOrganization: string
  readonly nowMs: number
}

function readCase(record: RecordReader, scene: Scene): CorpusCase {
  const organization = readOrganization(record, scene) || scene.defaultOrganization
  return {
    name: record.requiredText('name'),
    organization,
    asker: readAsker(record, scene, organization),
    atMs: readInstant(record, 'at') ?? scene.nowMs,
    question: readQuestion(record, scene, organization),
    expected: record.record('expect', readExpected) ?? missingExpectation(record),
  }
}

function readInstant(record: RecordReader, key: string): number | undefined {
  return record.has(key) ? parseInstant(record.v, record.at(key), record.text(key)) : undefined
}

/** Empty when none is named. */
function readOrganization(record: RecordReader, { organizations }: Scene): string {
  const name = record.text('organization')
  if (name !== '' && !organizations.some((each) => each.name === name)) {
    record.v.fail(record.at('organization'), 'UNKNOWN', `there is no organization \`${name}\``)
    return ''
  }
  return name
}

const askers = ['key', 'raw_key', 'user', 'application'] as const

function readAsker(record: RecordReader, { organizations }: Scene, organization: string): Asker {
  const given = askers.filter((key) => record.has(key))
  const [kind = 'key'] = given
  if (given.length !== 1) {
    record.v.fail(record.field, 'REQUIRED', `must have exactly one of ${askers.join(', ')}`)
    return { kind: 'secret', secret: '' }
  }
  const name = record.requiredText(kind)
  switch (kind) {
    case 'key':
      if (!organizations.some(({ keys }) => keys.some((key) => key.name === name))) {
        record.v.fail(record.at(kind), 'UNKNOWN', `there is no key \`${name}\``)
      }
      return { kind: 'key', name }
    case 'raw_key':
      return { kind: 'secret', secret: name }
    case 'user':
    case 'application':
      return { kind: 'principal', organization, bearer: { type: kind, name } }
    default:
      return kind satisfies never
  }
}

function readQuestion(record: RecordReader, scene: Scene, organization: string): NamedQuestion {
  return {
    action: record.text('action'),
    resource: record.record('resource', (inner) => readResource(inner, scene, organization)),
    request: record.record('request', (inner) => ({
      ip: inner.text('ip'),
      userAgent: inner.text('user_agent'),
    })),
    context: record.raw('context'),
  }
}

function readResource(record: RecordReader, scene: Scene, organization: string): NamedResource {
  const said = readOrganization(record, scene)
  return {
    organization: said,
    project: readProject(record, scene, said || organization),
    organizationId: record.text('organization_id'),
    projectId: record.text('project_id'),
    type: record.text('type'),
    id: record.text('id'),
    name: record.text('name'),
    locality: record.text('locality'),
    attributes: record.raw('attributes'),
  }
}

/** `organization/name` names a project of an organization that the question does not say. */
function readProject(
  record: RecordReader,
  { organizations }: Scene,
  organization: string,
): NamedResource['project'] {
  const text = record.text('project')
  if (text === '') return undefined
  const [name = '', ...before] = text.split('/').reverse()
  const project = { organization: before.reverse().join('/') || organization, name }
  const plan = organizations.find((each) => each.name === project.organization)
  const names = [defaultProjectName, ...(plan?.document.projects ?? []).map((each) => each.name)]
  if (!plan || !names.includes(name)) {
    record.v.fail(record.at('project'), 'UNKNOWN', `there is no project \`${text}\``)
  }
  return project
}

const allowReasons = ['OWNER', 'RULE'] as const satisfies readonly AllowReason[]
const denyReasons = [
  'KEY_MALFORMED',
  'KEY_NOT_FOUND',
  'KEY_EXPIRED',
  'PRINCIPAL_NOT_FOUND',
  'PRINCIPAL_PENDING',
  'PRINCIPAL_LOCKED',
  'OUT_OF_SCOPE',
  'KEY_RESTRICTION',
  'EXPLICIT_DENY',
  'NO_MATCHING_RULE',
] as const satisfies readonly DenyReason[]

function readExpected(record: RecordReader): Outcome {
  if (record.has('invalid')) return { kind: 'invalid', field: record.requiredText('invalid') }
  if (!record.has('decision')) {
    record.v.fail(record.field, 'REQUIRED', 'must have a `decision`, or name an `invalid` field')
  }
  const effect = record.choice('decision', ['allow', 'deny'])
  if (!record.has('reason')) record.v.fail(record.at('reason'), 'REQUIRED', 'must be given')
  return {
    kind: 'decision',
    effect,
    reason: record.choice<AllowReason | DenyReason>(
      'reason',
      effect === 'allow' ? allowReasons : denyReasons,
    ),
    policy: record.text('policy'),
  }
}

function missingExpectation(record: RecordReader): Outcome {
  record.v.fail(record.at('expect'), 'REQUIRED', 'must be given')
  return { kind: 'invalid', field: '' }
}
