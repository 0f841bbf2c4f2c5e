import { Accountv3 } from '@scaleway/sdk-account'
import { createClient, type NetworkInterceptors } from '@scaleway/sdk-client'
import { Iamv1alpha1 } from '@scaleway/sdk-iam'
import { startSystem, type TestSystem } from './system.js'

/** Scaleway's own clients, unmodified, pointed at a server of ours. */
export interface ScalewayClients {
  readonly iam: Iamv1alpha1.API
  readonly projects: Accountv3.ProjectAPI
}

export interface ClientKey {
  readonly accessKey: string
  readonly secretKey: string
}

export interface RestSystem {
  readonly system: TestSystem
  /** `http://host:port` */
  readonly url: string
  readonly organizationId: string
  readonly ownerId: string
  /** As the owner, with a key of the form that these clients insist on. */
  readonly owner: ScalewayClients
  readonly ownerKey: ClientKey
  /** The owner's own secret. */
  readonly secret: string
  /** `interceptors` are what these clients let a program do to what they send and get. */
  as(key: ClientKey, interceptors?: readonly NetworkInterceptors[]): ScalewayClients
  /** A bare request, with the owner's secret unless headers say otherwise. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>
  close(): Promise<void>
}

export interface SendOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export async function startRest(env: Readonly<Record<string, string>> = {}): Promise<RestSystem> {
  const system = await startSystem({ POSTERN_HTTP_LISTEN: '127.0.0.1:0', ...env })
  const url = `http://${system.system.httpAddress}`
  const { organization, owner, ownerKey } = system.founded
  const send = (method: string, path: string, { body, headers }: SendOptions = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        'x-auth-token': ownerKey.secret,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const made = await send('POST', '/iam/v1alpha1/api-keys', { body: { user_id: owner.id } })
  const key = (await made.json()) as { access_key: string; secret_key: string }
  const clientKey = { accessKey: key.access_key, secretKey: key.secret_key }
  const as: RestSystem['as'] = ({ accessKey, secretKey }, interceptors = []) => {
    const client = createClient({
      accessKey,
      secretKey,
      apiURL: url,
      interceptors: [...interceptors],
      defaultOrganizationId: organization.id,
      defaultProjectId: organization.id,
    })
    return { iam: new Iamv1alpha1.API(client), projects: new Accountv3.ProjectAPI(client) }
  }
  return {
    system,
    url,
    organizationId: organization.id,
    ownerId: owner.id,
    owner: as(clientKey),
    ownerKey: clientKey,
    secret: ownerKey.secret,
    as,
    send,
    close: () => system.close(),
  }
}
