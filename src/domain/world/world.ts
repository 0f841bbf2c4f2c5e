import type { Decision, DenyReason } from '../decision.js'
import { evaluate } from '../evaluate.js'
import { type ExplainedPolicy, explainPolicies } from '../explain.js'
import type { OrganizationId, ProjectId } from '../ids.js'
import type { Question } from '../question.js'
import { isWellFormedSecret } from '../secret.js'
import type { Validation } from '../validation.js'
import { type OrganizationState, type Standing, settleOrganization } from './organization.js'
import type { BearerName, OrganizationPlan, WorldDeps } from './plan.js'

/** Who asks. */
export type Asker =
  | { readonly kind: 'key'; readonly name: string }
  /** A secret as somebody presented it; the world holds none, so none is ever found. */
  | { readonly kind: 'secret'; readonly secret: string }
  | {
      readonly kind: 'principal'
      readonly organization: string
      readonly bearer: BearerName
    }

/**
 * Makes a world to ask decisions of without a server. Reports, by their paths in the file, names
 * that mean nothing and rules that no server would store; use the world only if nothing was.
 */
export function createWorld(
  v: Validation,
  plans: readonly OrganizationPlan[],
  deps: WorldDeps,
): World {
  const organizations = new Map<string, OrganizationState>()
  const keys = new Map<string, Standing>()
  plans.forEach((plan, index) => {
    const field = `organizations[${index}]`
    const state = settleOrganization(v, field, { plan, deps })
    if (organizations.has(plan.name)) v.fail(field, 'DUPLICATE', `\`${plan.name}\` is there twice`)
    organizations.set(plan.name, state)
    for (const [name, standing] of state.keys) {
      if (keys.has(name)) v.fail(`${field}.keys`, 'DUPLICATE', `\`${name}\` is there twice`)
      keys.set(name, standing)
    }
  })
  return new World(organizations, keys)
}

/** Some organizations, held in memory. Answers what a server that held them would. */
export class World {
  readonly #organizations: ReadonlyMap<string, OrganizationState>
  readonly #keys: ReadonlyMap<string, Standing>
  readonly #organizationOf: ReadonlyMap<ProjectId, OrganizationId>

  constructor(
    organizations: ReadonlyMap<string, OrganizationState>,
    keys: ReadonlyMap<string, Standing>,
  ) {
    this.#organizations = organizations
    this.#keys = keys
    this.#organizationOf = new Map(
      [...organizations.values()].flatMap(({ id, projects }) =>
        [...projects.values()].map((project) => [project, id] as const),
      ),
    )
  }

  findOrganizationId(name: string): OrganizationId | undefined {
    return this.#organizations.get(name)?.id
  }

  findProjectId(organization: string, name: string): ProjectId | undefined {
    return this.#organizations.get(organization)?.projects.get(name)
  }

  decide(asker: Asker, question: Question, nowMs: number): Decision {
    const found = this.#find(asker)
    if ('reason' in found) return { effect: 'deny', reason: found.reason }
    const { projectId } = question.resource
    const projectOrganizationId =
      projectId === undefined ? undefined : this.#organizationOf.get(projectId)
    return evaluate({ ...found, projectOrganizationId }, question, nowMs)
  }

  /** Every rule that reaches who asks; nothing when the credential finds nobody. */
  explain(asker: Asker, question: Question, nowMs: number): readonly ExplainedPolicy[] {
    const found = this.#find(asker)
    if ('reason' in found) return []
    return explainPolicies(found.policies, { principal: found.principal, question, nowMs })
  }

  #find(asker: Asker): Standing | { readonly reason: DenyReason } {
    switch (asker.kind) {
      case 'key':
        return this.#keys.get(asker.name) ?? { reason: 'KEY_NOT_FOUND' }
      case 'secret':
        return { reason: isWellFormedSecret(asker.secret) ? 'KEY_NOT_FOUND' : 'KEY_MALFORMED' }
      case 'principal': {
        const organization = this.#organizations.get(asker.organization)
        return organization?.findStanding(asker.bearer) ?? { reason: 'PRINCIPAL_NOT_FOUND' }
      }
      default:
        return asker satisfies never
    }
  }
}
