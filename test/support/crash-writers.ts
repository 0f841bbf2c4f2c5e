import { status } from '@grpc/grpc-js'
import { Decision } from '../../src/grpc/gen/postern/v1/authorization.js'
import { aRule, onOrganization } from './acts.js'
import { type Api, connect } from './api.js'

/** What a writer was told is done. */
export interface Acknowledged {
  readonly revisions: string[]
  readonly groups: { readonly id: string; readonly applicationId: string }[]
  readonly policies: string[]
  readonly keys: string[]
}

export function nothingYet(): Acknowledged {
  return { revisions: [], groups: [], policies: [], keys: [] }
}

export const rulesOfEachPolicy = 3

/** Writes what takes several rows each, until the server is gone. */
export async function writeUntilGone(
  api: Api,
  name: string,
  done: Acknowledged,
  onFirst: () => void,
): Promise<void> {
  try {
    for (let turn = 0; ; turn++) {
      await writeOnce(api, `${name}-${turn}`, done)
      onFirst()
    }
  } catch (error) {
    const { code } = error as { code?: number }
    if (code !== status.UNAVAILABLE && code !== status.CANCELLED) throw error
  }
}

async function writeOnce(api: Api, name: string, done: Acknowledged): Promise<void> {
  const application = await api.applications.createApplication({ name })
  done.revisions.push(application.revision)
  const group = await api.groups.createGroup({ name, applicationIds: [application.id] })
  done.revisions.push(group.revision)
  done.groups.push({ id: group.id, applicationId: application.id })
  const rule = aRule({ permissionSetNames: ['InstancesServerStart'], ...onOrganization() })
  const policy = await api.policies.createPolicy({
    name,
    principal: { $case: 'groupId', value: group.id },
    rules: Array.from({ length: rulesOfEachPolicy }, () => rule),
  })
  done.revisions.push(policy.revision)
  done.policies.push(policy.id)
  const bearer = { $case: 'applicationId', value: application.id } as const
  const { apiKey, secret } = await api.apiKeys.createApiKey({ bearer })
  done.revisions.push(apiKey?.revision ?? '')
  done.keys.push(secret)
}

/** Throws unless everything acknowledged is there, whole. */
export async function checkAcknowledged(
  address: string,
  ownerKey: string,
  done: Acknowledged,
): Promise<void> {
  const connection = connect(address)
  try {
    const api = connection.as(ownerKey)
    for (const { id, applicationId } of done.groups) {
      const { applicationIds } = await api.groups.getGroup({ groupId: id })
      if (!applicationIds.includes(applicationId)) throw new Error(`group ${id} lost a member`)
    }
    for (const policyId of done.policies) {
      const { rules } = await api.policies.getPolicy({ policyId })
      if (rules.length !== rulesOfEachPolicy) throw new Error(`policy ${policyId} lost rules`)
    }
    for (const apiKey of done.keys) await checkKey(api, apiKey)
  } finally {
    connection.close()
  }
}

async function checkKey(api: Api, apiKey: string): Promise<void> {
  const { id: projectId } = await api.organizations.getOrganization()
  const { decision } = await api.authorization.authorize({
    apiKey,
    action: 'compute:servers:start',
    resource: {
      organizationId: '',
      projectId,
      type: '',
      id: '',
      name: '',
      locality: '',
      attributes: undefined,
    },
  })
  if (decision !== Decision.ALLOW) throw new Error('an acknowledged key does not decide')
}
