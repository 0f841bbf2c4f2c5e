import { type ApiKeyCredential, parseNarrowing } from '../api-key.js'
import { type AuthorizationView, createAuthorizationView } from '../authorization-view.js'
import { type OrganizationId, type ProjectId, parseApiKeyId, parseId } from '../ids.js'
import type { CompiledPolicy } from '../policy.js'
import type { Principal } from '../principal.js'
import type { Validation } from '../validation.js'
import { createNames, findAllNamed, type Names } from './names.js'
import type { BearerName, KeyPlan, OrganizationPlan, WorldDeps } from './plan.js'
import { compilePolicies } from './policies.js'
import { createPrincipals } from './principals.js'

/** One organization, settled. */
export interface OrganizationState {
  readonly id: OrganizationId
  readonly projects: ReadonlyMap<string, ProjectId>
  readonly keys: ReadonlyMap<string, Standing>
  /** `undefined` for a name that nobody has. */
  readonly findStanding: FindStanding
}

type FindStanding = (bearer: BearerName) => Standing | undefined

/** Someone, and all that reaches them. */
export interface Standing {
  readonly key?: ApiKeyCredential
  readonly principal: Principal
  readonly policies: readonly CompiledPolicy[]
  readonly view: AuthorizationView
}

/** Gives everything its id, resolves names, compiles policies, and reports what is wrong. */
export function settleOrganization(
  v: Validation,
  field: string,
  { plan, deps }: { readonly plan: OrganizationPlan; readonly deps: WorldDeps },
): OrganizationState {
  const organizationId = parseId<OrganizationId>(v, field, deps.newId())
  const names = createNames(v, field, { plan, organizationId, newId: () => deps.newId() })
  const policies = compilePolicies(v, field, { plan, names, deps })
  const standings = new Map<string, Standing>()
  for (const principal of createPrincipals(v, field, { plan, names, organizationId })) {
    standings.set(principal.ref.id, standingOf(principal, policies))
  }
  const findStanding: FindStanding = ({ type, name }) => {
    const id = type === 'user' ? names.users.get(name.toLowerCase()) : names.applications.get(name)
    return id && standings.get(id)
  }
  const keys = settleKeys(v, field, { plan, names, findStanding })
  return { id: organizationId, projects: names.projects, keys, findStanding }
}

function standingOf(principal: Principal, policies: readonly CompiledPolicy[]): Standing {
  const holders = new Set<string>([principal.ref.id, ...principal.groupIds])
  const reaching = policies.filter((policy) => holders.has(policy.principal.id))
  return { principal, policies: reaching, view: createAuthorizationView(reaching) }
}

interface KeyScene {
  readonly plan: OrganizationPlan
  readonly names: Names
  readonly findStanding: FindStanding
}

function settleKeys(
  v: Validation,
  field: string,
  { plan, names, findStanding }: KeyScene,
): ReadonlyMap<string, Standing> {
  const keys = new Map<string, Standing>()
  plan.keys.forEach((key, index) => {
    const path = `${field}.keys[${index}]`
    const { type, name } = key.bearer
    const standing = findStanding(key.bearer)
    if (keys.has(key.name)) v.fail(path, 'DUPLICATE', `\`${key.name}\` stands here twice`)
    if (!standing) v.fail(`${path}.${type}`, 'UNKNOWN', `there is no \`${name}\` to bear it`)
    else keys.set(key.name, withKey(v, path, { key, index, names, standing }))
  })
  return keys
}

interface KeySettling {
  readonly key: KeyPlan
  readonly index: number
  readonly names: Names
  readonly standing: Standing
}

function withKey(
  v: Validation,
  field: string,
  { key, index, names, standing }: KeySettling,
): Standing {
  const { principal } = standing
  const { projects, ...patterns } = key.narrowing
  const credential: ApiKeyCredential = {
    id: parseApiKeyId(v, field, `PST${String(index).padStart(17, '0')}`),
    organizationId: principal.organizationId,
    bearer: principal.ref,
    ...(key.expiresAtMs !== undefined && { expiresAtMs: key.expiresAtMs }),
    narrowing: parseNarrowing(v, field, {
      ...patterns,
      projectIds: findAllNamed(v, `${field}.projects`, { ids: names.projects, names: projects }),
    }),
  }
  return { ...standing, key: credential }
}
