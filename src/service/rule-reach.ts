import type { Policy, Rule } from '../domain/policy.js'
import type { ReadAct } from './act.js'
import type { Reach } from './grants.js'

export function reachOfRule(rule: Rule, permissions: readonly string[]): Reach {
  const { effect, scopeType, scope, resources, condition } = rule
  return { effect, permissions, scopeType, scope, resources, condition }
}

/** What a stored policy's rules reach, attached or not. */
export async function reachesOfPolicy(act: ReadAct, policy: Policy): Promise<Reach[]> {
  const custom = await act.tx.permissionSets.list(policy.organizationId)
  return policy.rules.map((rule) => {
    const permissions = rule.permissionSetNames.flatMap((name) => {
      const set = act.tools.findBuiltin(name) ?? custom.find((own) => own.name === name)
      return set?.permissions ?? []
    })
    return reachOfRule(rule, [...new Set(permissions)])
  })
}
