import { createRequire } from 'node:module'
import type { CompiledRule } from '../../src/domain/policy.js'
import type { Question } from '../../src/domain/question.js'

/** As much of casbin as is asked here. */
interface Casbin {
  newModelFromString(text: string): unknown
  newEnforcer(model: unknown): Promise<Enforcer>
}

interface Enforcer {
  addPolicies(rules: string[][]): Promise<boolean>
  addFunction(name: string, match: (text: string, pattern: string) => boolean): Promise<void>
  enforceSync(...request: string[]): boolean
}

const require = createRequire(new URL('../peers/package.json', import.meta.url))

const model = `
[request_definition]
r = sub, project, path, act

[policy_definition]
p = sub, project, path, act

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.sub == p.sub && matches(r.act, p.act) && matches(r.project, p.project) && matches(r.path, p.path)
`

/** Casbin with one line for each rule, and patterns that mean what they mean here. */
export async function startCasbin(
  rules: readonly CompiledRule[],
): Promise<(question: Question) => boolean> {
  const casbin: Casbin = require('casbin')
  const enforcer = await casbin.newEnforcer(casbin.newModelFromString(model))
  await enforcer.addFunction('matches', createMatches())
  await enforcer.addPolicies(rules.flatMap(linesOf))
  return ({ action, resource }) =>
    enforcer.enforceSync('user', resource.projectId ?? '', resource.path, action)
}

function linesOf({ permissions, scope, resources }: CompiledRule): string[][] {
  const projects = scope.kind === 'organization' ? ['*'] : scope.projectIds
  const paths = resources.length === 0 ? ['*'] : resources
  return permissions.flatMap((permission) =>
    projects.flatMap((project) => paths.map((path) => ['user', project, path, permission])),
  )
}

/** Its own matchers compile a regular expression for each comparison; these are compiled once. */
function createMatches(): (text: string, pattern: string) => boolean {
  const compiled = new Map<string, RegExp>()
  return (text, pattern) => {
    let expression = compiled.get(pattern)
    if (!expression) {
      const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      expression = new RegExp(`^${parts.join('.*')}$`)
      compiled.set(pattern, expression)
    }
    return expression.test(text)
  }
}
