import { RecordReader } from '../../domain/record-reader.js'
import type { RuleInput } from '../../service/rule-parser.js'
import type { Input } from './input.js'

/** Rules as this face writes them: what Postern knows beyond is `effect` and `resources`. */
export function readRules({ body, v }: Input): RuleInput[] {
  return body.list('rules', (field, raw) => readRule(new RecordReader(v, field, raw)))
}

function readRule(rule: RecordReader): RuleInput {
  return {
    effect: rule.choice('effect', ['allow', 'deny']),
    permissionSetNames: rule.texts('permission_set_names'),
    scope: readScope(rule),
    resources: rule.texts('resources'),
    condition: rule.text('condition'),
  }
}

/** Which organization it is, is checked by the caller: a rule can only be about its own. */
function readScope(rule: RecordReader): RuleInput['scope'] {
  const organizationId = rule.text('organization_id')
  const projectIds = rule.texts('project_ids')
  if (organizationId !== '' && rule.has('project_ids')) {
    rule.v.fail(
      rule.at('scope'),
      'CONSTRAINT',
      'must be exactly one of project_ids and organization_id',
    )
  }
  if (organizationId !== '') return { kind: 'organization' }
  return rule.has('project_ids') ? { kind: 'projects', projectIds } : undefined
}

/** The organizations that the rules name, each once. */
export function organizationsIn({ body }: Input): string[] {
  const named = body.list('rules', (_, raw) => {
    const entries = Object.entries(typeof raw === 'object' && raw !== null ? raw : {})
    const id: unknown = entries.find(([name]) => name === 'organization_id')?.[1]
    return typeof id === 'string' ? id : ''
  })
  return [...new Set(named)].filter((id) => id !== '')
}
