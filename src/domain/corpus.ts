import type { AllowReason, DenyReason } from './decision.js'
import type { OrganizationId, ProjectId } from './ids.js'
import type { Effect } from './policy.js'
import type { RawQuestion, RawResource } from './question.js'
import type { OrganizationPlan } from './world/plan.js'
import type { Asker } from './world/world.js'

/** A file of decisions that must come out as it says, whoever is asked for them. */
export interface Corpus {
  readonly description: string
  readonly organizations: readonly OrganizationPlan[]
  readonly cases: readonly CorpusCase[]
}

export interface CorpusCase {
  /** A sentence. */
  readonly name: string
  /** Whose keys and administrators are asked; one of the corpus's. */
  readonly organization: string
  readonly asker: Asker
  readonly atMs: number
  readonly question: NamedQuestion
  readonly expected: Outcome
}

/** A question before its names were turned into ids. */
export interface NamedQuestion extends Omit<RawQuestion, 'resource'> {
  readonly resource: NamedResource | undefined
}

export interface NamedResource extends RawResource {
  /** Said as the organization's id, unless `organizationId` says one; empty: nothing is said. */
  readonly organization: string
  /** Said as the project's id, unless `projectId` says one. */
  readonly project: ProjectName | undefined
}

export interface ProjectName {
  readonly organization: string
  readonly name: string
}

/** What comes of a question. */
export type Outcome =
  | {
      readonly kind: 'decision'
      readonly effect: Effect
      readonly reason: AllowReason | DenyReason
      /** The deciding rule's; empty: none, or none that matters. */
      readonly policy: string
    }
  /** The question was refused; `field` is the first one that is wrong. */
  | { readonly kind: 'invalid'; readonly field: string }

/** What turns names into ids; whoever holds the corpus's organizations can. */
export interface IdFinder {
  findOrganizationId(name: string): OrganizationId | undefined
  findProjectId(organization: string, name: string): ProjectId | undefined
}

/** The question as the service takes it. Throws for names that the finder does not know. */
export function toRawQuestion({ resource, ...rest }: NamedQuestion, ids: IdFinder): RawQuestion {
  return {
    ...rest,
    resource: resource && {
      organizationId: resource.organizationId || organizationIdOf(resource, ids),
      projectId: resource.projectId || projectIdOf(resource, ids),
      type: resource.type,
      id: resource.id,
      name: resource.name,
      locality: resource.locality,
      attributes: resource.attributes,
    },
  }
}

function organizationIdOf({ organization }: NamedResource, ids: IdFinder): string {
  if (organization === '') return ''
  return known(ids.findOrganizationId(organization), organization)
}

function projectIdOf({ project }: NamedResource, ids: IdFinder): string {
  if (!project) return ''
  return known(ids.findProjectId(project.organization, project.name), project.name)
}

function known(id: string | undefined, name: string): string {
  if (id === undefined) throw new Error(`nobody made \`${name}\``)
  return id
}

/** An expectation without a policy is met by any. */
export function isExpected(expected: Outcome, got: Outcome): boolean {
  if (expected.kind === 'invalid') return got.kind === 'invalid' && got.field === expected.field
  if (got.kind === 'invalid' || got.effect !== expected.effect) return false
  if (got.reason !== expected.reason) return false
  return expected.policy === '' || got.policy === expected.policy
}
