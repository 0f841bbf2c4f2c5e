import { CliError, misconfigured } from './cli-error.js'
import { exitCodes } from './exit-code.js'

/** One record of an answer, still as it was sent. */
export type Sent = { readonly [name: string]: unknown }

/** An organization as Scaleway's API shows it. */
export interface ScalewayOrganization {
  readonly projects: readonly Sent[]
  readonly users: readonly Sent[]
  readonly applications: readonly Sent[]
  readonly groups: readonly Sent[]
  readonly policies: readonly { readonly policy: Sent; readonly rules: readonly Sent[] }[]
}

export interface ScalewaySource {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string
  /** Empty: that of the token. */
  readonly organizationId: string
  readonly timeoutMs: number
}

const pageSize = 100

export async function readScaleway(source: ScalewaySource): Promise<ScalewayOrganization> {
  requireSafe(source)
  const iam = (list: string) => readAll(source, { path: `/iam/v1alpha1/${list}`, list })
  const [projects, users, applications, groups, policies] = await Promise.all([
    readAll(source, { path: '/account/v3/projects', list: 'projects' }),
    iam('users'),
    iam('applications'),
    iam('groups'),
    iam('policies'),
  ])
  const complete = []
  // One after the other: the API counts requests.
  for (const policy of policies) {
    const path = `/iam/v1alpha1/rules?policy_id=${encodeURIComponent(String(policy.id))}`
    complete.push({ policy, rules: await readAll(source, { path, list: 'rules' }) })
  }
  return { projects, users, applications, groups, policies: complete }
}

function requireSafe({ url }: ScalewaySource): void {
  const { protocol, hostname } = parseUrl(url)
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isHere)) return
  throw misconfigured('--url: must begin with https:// beyond this machine, or the token is shown')
}

function parseUrl(url: string): URL {
  try {
    return new URL(url)
  } catch (error) {
    throw misconfigured('--url: must be a URL such as https://api.scaleway.com', error)
  }
}

async function readAll(
  source: ScalewaySource,
  { path, list }: { readonly path: string; readonly list: string },
): Promise<Sent[]> {
  const all: Sent[] = []
  for (let page = 1; ; page++) {
    const answer = await read(source, `${path}${path.includes('?') ? '&' : '?'}page=${page}`)
    const items = recordsOf(answer[list])
    all.push(...items)
    if (items.length === 0 || all.length >= Number(answer.total_count)) return all
  }
}

async function read(source: ScalewaySource, path: string): Promise<Sent> {
  const { url, token, organizationId, timeoutMs } = source
  const of = organizationId === '' ? '' : `&organization_id=${encodeURIComponent(organizationId)}`
  const answer = await fetch(`${url}${path}&page_size=${pageSize}${of}`, {
    headers: { 'x-auth-token': token, accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  }).catch((cause: unknown) => {
    throw failed(exitCodes.unavailable, `${url} does not answer`, cause)
  })
  const body: unknown = await answer.json().catch(() => undefined)
  if (answer.ok && isRecord(body)) return body
  const isRefused = answer.status === 401 || answer.status === 403
  const message = isRecord(body) && typeof body.message === 'string' ? `: ${body.message}` : ''
  throw failed(
    isRefused ? exitCodes.notPermitted : exitCodes.unavailable,
    `${url} answers ${answer.status} to ${path.split('?')[0]}${message}`,
  )
}

function failed(code: CliError['exitCode'], message: string, cause?: unknown): CliError {
  return new CliError(code, { reason: 'SOURCE_FAILED', message, cause })
}

export function recordsOf(raw: unknown): Sent[] {
  return Array.isArray(raw) ? raw.filter(isRecord) : []
}

function isRecord(raw: unknown): raw is Sent {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}
