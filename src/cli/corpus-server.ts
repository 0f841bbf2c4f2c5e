import { type CorpusCase, type Outcome, toRawQuestion } from '../domain/corpus.js'
import type { OrganizationId, ProjectId } from '../domain/ids.js'
import { invalid } from '../domain/validation.js'
import type { BearerName, OrganizationPlan } from '../domain/world/plan.js'
import {
  AuthorizationServiceService,
  AuthorizePrincipalRequest,
  AuthorizeRequest,
  type AuthorizeResponse,
  Decision,
  Reason,
} from '../grpc/gen/postern/v1/authorization.js'
import { OrganizationServiceService } from '../grpc/gen/postern/v1/organization.js'
import { CliError } from './cli-error.js'
import type { Connection } from './connection.js'
import type { OpenCorpus } from './corpus-run.js'
import { findApplicationId, findUserId, listProjects, type PrincipalId } from './directory.js'

/**
 * Asks a running server about the organization of the caller's key, which must hold what the file
 * describes; nothing is made or changed. A key in the file stands for its bearer, since nobody can
 * read a secret back; the server decides at its own now.
 */
export function openOnServer(connection: Connection): OpenCorpus {
  return async ({ organizations }) => {
    const plan = onlyOrganization(organizations)
    const { id } = await connection.call(OrganizationServiceService.getOrganization, {
      organizationId: '',
    })
    const projects = new Map<string, string>()
    for await (const project of listProjects(connection)) projects.set(project.name, project.id)
    const ids = {
      findOrganizationId: () => id as OrganizationId,
      findProjectId: (_: string, name: string) => projects.get(name) as ProjectId | undefined,
    }
    return (asked) =>
      askServer(connection, { asked, plan, raw: toRawQuestion(asked.question, ids) })
  }
}

function onlyOrganization(plans: readonly OrganizationPlan[]): OrganizationPlan {
  const [plan, ...others] = plans
  if (plan && others.length === 0) return plan
  const description = 'must hold one organization to be asked of a server'
  throw invalid([{ field: 'organizations', reason: 'CONSTRAINT', description }])
}

interface Asking {
  readonly asked: CorpusCase
  readonly plan: OrganizationPlan
  readonly raw: ReturnType<typeof toRawQuestion>
}

async function askServer(connection: Connection, asking: Asking): Promise<Outcome> {
  try {
    return toOutcome(await answerOf(connection, asking))
  } catch (error) {
    const field = error instanceof CliError ? error.violations[0]?.field : undefined
    if (field === undefined) throw error
    return { kind: 'invalid', field }
  }
}

async function answerOf(
  connection: Connection,
  { asked, plan, raw }: Asking,
): Promise<AuthorizeResponse> {
  const { asker } = asked
  if (asker.kind === 'secret') {
    const request = AuthorizeRequest.fromPartial({ ...raw, apiKey: asker.secret } as object)
    return connection.call(AuthorizationServiceService.authorize, request)
  }
  const bearer = asker.kind === 'key' ? bearerOfKey(plan, asker.name) : asker.bearer
  const principal = await findBearer(connection, bearer)
  const request = AuthorizePrincipalRequest.fromPartial({ ...raw, principal } as object)
  return connection.call(AuthorizationServiceService.authorizePrincipal, request)
}

/** A key that is less than its bearer cannot be stood in for. */
function bearerOfKey(plan: OrganizationPlan, name: string): BearerName {
  const key = plan.keys.find((each) => each.name === name)
  const isNarrowed = Object.values(key?.narrowing ?? {}).some((list) => list.length > 0)
  if (key && !isNarrowed && key.expiresAtMs === undefined) return key.bearer
  const description = `\`${name}\` is narrowed or expires: no server can be asked by its name`
  throw invalid([{ field: 'keys', reason: 'CONSTRAINT', description }])
}

async function findBearer(connection: Connection, bearer: BearerName): Promise<PrincipalId> {
  return bearer.type === 'user'
    ? { $case: 'userId', value: await findUserId(connection, bearer.name) }
    : { $case: 'applicationId', value: await findApplicationId(connection, bearer.name) }
}

function toOutcome({ decision, reason, policyName }: AuthorizeResponse): Outcome {
  const name = Object.entries(Reason).find(([, value]) => value === reason)?.[0] ?? 'UNSPECIFIED'
  return {
    kind: 'decision',
    effect: decision === Decision.ALLOW ? 'allow' : 'deny',
    reason: name as Extract<Outcome, { kind: 'decision' }>['reason'],
    policy: policyName,
  }
}
