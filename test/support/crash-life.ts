import { randomUUID } from 'node:crypto'
import { type ServiceError, status } from '@grpc/grpc-js'
import { Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { OrganizationDocument } from '../../src/grpc/gen/postern/v1/document.js'
import type { Policy } from '../../src/grpc/gen/postern/v1/policy.js'
import { aRule, ask, onProjects } from './acts.js'
import type { Api } from './api.js'

/**
 * The life of one application, as a row of writes of several rows each. After any crash the store
 * must hold it as it was after the last acknowledged step, or after the one that was under way.
 */
export interface Life {
  readonly name: string
  readonly home: Home
  readonly applicationId: string
  readonly policyId: string
  /** How many steps were acknowledged. */
  done: number
  readonly steps: number
  /** The newest that was answered. */
  secret: string
  accessKey: string
}

/** The organization that the life is lived in, and a group of it. */
export interface Home {
  readonly organizationId: string
  readonly ownerKey: string
  readonly groupId: string
}

export const rulesOfEachPolicy = 3

/** Every other life ends with the deletion of its application. */
export function newLife(name: string, home: Home, dies: boolean): Life {
  return {
    name,
    home,
    applicationId: randomUUID(),
    policyId: randomUUID(),
    done: 0,
    steps: dies ? steps.length : steps.length - 1,
    secret: '',
    accessKey: '',
  }
}

/** Answers the revision that the write was acknowledged with. */
export async function takeStep(api: Api, life: Life): Promise<string> {
  const step = steps[life.done]
  if (!step) throw new Error('this life is over')
  const revision = await step(api, life)
  life.done += 1
  return revision
}

const steps: readonly ((api: Api, life: Life) => Promise<string>)[] = [
  async (api, { applicationId, name }) =>
    (await api.applications.createApplication({ applicationId, name })).revision,
  async (api, { applicationId, home: { groupId } }) =>
    (await api.groups.addGroupMembers({ groupId, applicationIds: [applicationId] })).revision,
  async (api, life) => {
    const { policyId, name } = life
    const principal = { $case: 'applicationId', value: life.applicationId } as const
    const rules = rulesNamed('first', life)
    return (await api.policies.createPolicy({ policyId, name, principal, rules })).revision
  },
  async (api, life) => {
    const bearer = { $case: 'applicationId', value: life.applicationId } as const
    const { apiKey, secret } = await api.apiKeys.createApiKey({ bearer })
    life.secret = secret
    life.accessKey = apiKey?.accessKey ?? ''
    return apiKey?.revision ?? ''
  },
  async (api, life) => {
    const rules = rulesNamed('second', life)
    return (await api.policies.setRules({ policyId: life.policyId, rules })).revision
  },
  async (api, life) => {
    const { apiKey, secret } = await api.apiKeys.rotateApiKey({ accessKey: life.accessKey })
    life.secret = secret
    return apiKey?.revision ?? ''
  },
  async (api, { name }) =>
    (await api.documents.importOrganization({ document: documentNamed(name) })).revision,
  async (api, { applicationId }) =>
    (await api.applications.deleteApplication({ applicationId })).revision,
]

function rulesNamed(name: string, { home }: Life) {
  const rule = aRule({
    permissionSetNames: ['InstancesServerStart', 'InstancesServerStop'],
    condition: `resource.name != "${name}"`,
    ...onProjects(home.organizationId),
  })
  return Array.from({ length: rulesOfEachPolicy }, () => rule)
}

function documentNamed(name: string): OrganizationDocument {
  const entry = `${name}-import`
  const rule = {
    permissionSets: ['InstancesServerStart', 'InstancesServerStop'],
    projects: ['default'],
  }
  return OrganizationDocument.fromPartial({
    applications: [{ name: entry }],
    groups: [{ name: entry, applications: [entry] }],
    policies: [
      {
        name: entry,
        principal: { $case: 'group', value: entry },
        rules: Array.from({ length: rulesOfEachPolicy }, () => rule),
      },
    ],
  })
}

/** What one can see of a life. */
interface Sight {
  readonly application: boolean
  readonly member: boolean
  readonly policy: string
  readonly keys: number
  /** What the newest secret that was answered decides. */
  readonly answer: string
  /** How many applications, members and rules came of the document. */
  readonly document: string
}

const gone: Sight = {
  application: false,
  member: false,
  policy: '-',
  keys: 0,
  answer: '-',
  document: '0 0 0',
}

/** Each step changes what the last one left. */
const changes: readonly Partial<Sight>[] = [
  {},
  { application: true },
  { member: true },
  { policy: 'application first first first' },
  { keys: 1 },
  { policy: 'application second second second' },
  {},
  { document: '1 1 3' },
  { application: false, member: false, policy: 'nobody second second second', keys: 0 },
]

function sightAt(step: number): Sight {
  return Object.assign({}, gone, ...changes.slice(0, step + 1))
}

const created = 4
const rotated = 6

/** Throws unless the store holds what was acknowledged, the next step whole or not at all. */
export async function checkLife(api: Api, life: Life): Promise<void> {
  const seen = JSON.stringify(await look(api, life))
  const steps = life.done < life.steps ? [life.done, life.done + 1] : [life.done]
  const allowed = steps.map((step) =>
    JSON.stringify({ ...sightAt(step), answer: answerAt(step, life) }),
  )
  if (allowed.includes(seen)) return
  throw new Error(`${life.name} after step ${life.done}: ${seen} is not ${allowed.join(' or ')}`)
}

/** A step that was under way may have replaced the secret that we know, or ended it. */
function answerAt(step: number, { done }: Life): string {
  if (done < created) return '-'
  if (step === steps.length) return 'deny KEY_NOT_FOUND'
  return step >= rotated === done >= rotated ? 'allow RULE' : 'deny KEY_NOT_FOUND'
}

async function look(api: Api, life: Life): Promise<Sight> {
  const { applicationId, policyId, home, secret } = life
  const bearer = { $case: 'applicationId', value: applicationId } as const
  const [application, group, policy, keys, answer, document] = await Promise.all([
    found(api.applications.getApplication({ applicationId })),
    api.groups.getGroup({ groupId: home.groupId }),
    found(api.policies.getPolicy({ policyId })),
    api.apiKeys.listApiKeys({ bearer }),
    secret === '' ? '-' : askStart(api, secret, home.organizationId),
    life.done < rotated ? gone.document : lookAtDocument(api, `${life.name}-import`),
  ])
  return {
    application: application !== undefined,
    member: group.applicationIds.includes(applicationId),
    policy: policy ? describePolicy(policy) : '-',
    keys: keys.apiKeys.length,
    answer,
    document,
  }
}

function askStart(api: Api, secret: string, projectId: string): Promise<string> {
  const resource = Resource.fromPartial({ projectId, type: 'server', id: 'one', name: 'one' })
  return ask(api, secret, { action: 'compute:servers:start', resource })
}

async function lookAtDocument(api: Api, name: string): Promise<string> {
  const [{ applications }, { groups }, { policies }] = await Promise.all([
    api.applications.listApplications({ name }),
    api.groups.listGroups({ name }),
    api.policies.listPolicies({ name }),
  ])
  const members = groups.flatMap((group) => group.applicationIds).length
  const rules = policies.flatMap((policy) => policy.rules).length
  return `${applications.length} ${members} ${rules}`
}

/** `application first first first`. */
function describePolicy({ principal, rules }: Policy): string {
  const holder = principal ? 'application' : 'nobody'
  const names = rules.map((rule) => /"(\w+)"/.exec(rule.condition)?.[1] ?? 'another')
  const sets = rules.every((rule) => rule.permissionSetNames.length === 2)
  return sets ? [holder, ...names].join(' ') : 'a rule without its permission sets'
}

async function found<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if ((error as ServiceError).code !== status.NOT_FOUND) throw error
    return undefined
  }
}
