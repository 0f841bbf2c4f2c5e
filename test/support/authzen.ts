import { networkInterfaces } from 'node:os'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { authzenSchemas } from '../../src/http/authzen/schemas.js'
import { startSystem, type TestSystem } from './system.js'

/** A server, and a client of AuthZEN that knows nothing of the server but the standard. */
export interface AuthzenSystem {
  readonly system: TestSystem
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** The same server from an address that is not loopback; `undefined` on machines without one. */
  readonly outsideUrl: string | undefined
  readonly organizationId: string
  /** The owner's secret: what is sent unless a test says otherwise. */
  readonly secret: string
  /** Throws for an answer that the API's description does not describe. */
  post(path: string, body: unknown, options?: PostOptions): Promise<Answer>
  close(): Promise<void>
}

export interface PostOptions {
  /** The whole `Authorization` header; `undefined`: the owner's; null: none. */
  readonly authorization?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly url?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Whatever the members are: tests compare them. */
  readonly body: Record<string, unknown>
}

/** An address of this machine that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

export async function startAuthzen(
  env: Readonly<Record<string, string>> = {},
): Promise<AuthzenSystem> {
  const system = await startSystem({
    POSTERN_HTTP_LISTEN: outside ? '0.0.0.0:0' : '127.0.0.1:0',
    POSTERN_INSECURE: 'true',
    ...env,
  })
  const port = system.system.httpAddress?.split(':').at(-1)
  const url = `http://127.0.0.1:${port}`
  const secret = system.founded.ownerKey.secret
  return {
    system,
    url,
    outsideUrl: outside && `http://${outside}:${port}`,
    organizationId: system.founded.organization.id,
    secret,
    async post(path, body, { authorization = `Bearer ${secret}`, headers, url: base = url } = {}) {
      const answer = await fetch(base + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(authorization !== null && { authorization }),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      const answered = JSON.parse(await answer.text())
      requireDescribed(answer.status === 200 ? schemaOf(path) : 'AccessError', answered)
      return { status: answer.status, headers: answer.headers, body: answered }
    },
    close: () => system.close(),
  }
}

const ajv = new Ajv2020({ strict: false })
ajv.addSchema({ $id: 'api', components: { schemas: authzenSchemas } })

const schemas: Readonly<Record<string, string>> = {
  evaluation: 'AccessDecision',
  evaluations: 'AccessEvaluationsAnswer',
  subject: 'SubjectSearchAnswer',
  resource: 'ResourceSearchAnswer',
  action: 'ActionSearchAnswer',
}

function schemaOf(path: string): string {
  const schema = schemas[path.split('/').at(-1) ?? '']
  if (schema === undefined) throw new Error(`no schema is known for ${path}`)
  return schema
}

function requireDescribed(schema: string, body: unknown): void {
  const validate = ajv.getSchema(`api#/components/schemas/${schema}`)
  if (!validate) throw new Error(`there is no schema ${schema}`)
  if (!validate(body)) throw new Error(`no ${schema}: ${ajv.errorsText(validate.errors)}`)
}
