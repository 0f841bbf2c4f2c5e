import { createRequire } from 'node:module'
import type { CompiledRule } from '../../src/domain/policy.js'
import type { Question } from '../../src/domain/question.js'

/** As much of @cedar-policy/cedar-wasm as is asked here. */
interface Cedar {
  preparsePolicySet(id: string, policies: { staticPolicies: string }): { type: string }
  statefulIsAuthorized(call: unknown): {
    type: string
    response?: { decision: 'allow' | 'deny' }
  }
}

const require = createRequire(new URL('../peers/package.json', import.meta.url))
const policySet = 'bench'

/**
 * Cedar, compiled to WebAssembly, with its policies parsed beforehand. Its actions know no
 * wildcards, so the action is an attribute that `like` compares, as the patterns here mean it.
 */
export function startCedar(rules: readonly CompiledRule[]): (question: Question) => boolean {
  const cedar: Cedar = require('@cedar-policy/cedar-wasm/nodejs')
  const staticPolicies = rules.map(policyOf).join('\n')
  const parsed = cedar.preparsePolicySet(policySet, { staticPolicies })
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed))
  return ({ action, resource }) => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'User', id: 'user' },
      action: { type: 'Action', id: 'ask' },
      resource: { type: 'Server', id: resource.path },
      context: { action, project: resource.projectId ?? '', path: resource.path },
      preparsedPolicySetId: policySet,
      entities: [],
    })
    if (!answer.response) throw new Error(JSON.stringify(answer))
    return answer.response.decision === 'allow'
  }
}

function policyOf({ permissions, scope, resources }: CompiledRule): string {
  const isAction = anyOf(permissions.map((pattern) => `context.action like "${pattern}"`))
  const isInScope =
    scope.kind === 'organization'
      ? 'true'
      : anyOf(scope.projectIds.map((id) => `context.project == "${id}"`))
  const isResource =
    resources.length === 0
      ? 'true'
      : anyOf(resources.map((pattern) => `context.path like "${pattern}"`))
  return `permit (principal == User::"user", action, resource)
    when { ${isAction} && ${isInScope} && ${isResource} };`
}

function anyOf(tests: readonly string[]): string {
  return `(${tests.join(' || ')})`
}
