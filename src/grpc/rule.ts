import type { Effect, Rule } from '../domain/policy.js'
import type { PolicyPrincipal } from '../domain/principal.js'
import type { RuleInput } from '../service/rule-parser.js'
import { Effect as WireEffect, type Rule as WireRule } from './gen/postern/v1/policy.js'
import { toScopeType } from './permission-set.js'
import { fromEnum } from './values.js'

const effects = {
  allow: WireEffect.ALLOW,
  deny: WireEffect.DENY,
} as const satisfies Record<Effect, WireEffect>

export function toEffect(effect: Effect): WireEffect {
  return effects[effect]
}

/** Unspecified is allow. */
export function fromEffect(field: string, effect: WireEffect): Effect {
  const known = fromEnum<Effect>(field, effect, {
    [WireEffect.ALLOW]: 'allow',
    [WireEffect.DENY]: 'deny',
  })
  return known ?? 'allow'
}

export function toRule(rule: Omit<Rule, 'condition'> & { readonly condition: string }): WireRule {
  return {
    id: rule.id,
    effect: effects[rule.effect],
    permissionSetNames: [...rule.permissionSetNames],
    permissionSetsScopeType: toScopeType(rule.scopeType),
    scope:
      rule.scope.kind === 'organization'
        ? { $case: 'organization', value: {} }
        : { $case: 'projects', value: { projectIds: [...rule.scope.projectIds] } },
    resources: [...rule.resources],
    condition: rule.condition,
  }
}

export function fromRule(rule: WireRule, field: string): RuleInput {
  return {
    effect: fromEffect(`${field}.effect`, rule.effect),
    permissionSetNames: rule.permissionSetNames,
    scope: fromScope(rule.scope),
    resources: rule.resources,
    condition: rule.condition,
  }
}

export function fromRules(rules: readonly WireRule[]): RuleInput[] {
  return rules.map((rule, index) => fromRule(rule, `rules[${index}]`))
}

function fromScope(scope: WireRule['scope']): RuleInput['scope'] {
  if (!scope) return undefined
  if (scope.$case === 'organization') return { kind: 'organization' }
  return { kind: 'projects', projectIds: scope.value.projectIds }
}

const principalCases = { user: 'userId', group: 'groupId', application: 'applicationId' } as const

export function toPolicyPrincipal({ type, id }: PolicyPrincipal): {
  $case: 'userId' | 'groupId' | 'applicationId'
  value: string
} {
  return { $case: principalCases[type], value: id }
}
