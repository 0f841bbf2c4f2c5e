import { readFileSync } from 'node:fs'
import type { TlsSettings } from '../client/tls-channel.js'
import type { Arguments } from './arguments.js'
import { type CliError, misconfigured, usageError } from './cli-error.js'
import { parseDurationMs } from './duration.js'
import { readSecretFile } from './read-file.js'

/** Which server to ask, and how. */
export interface ServerSettings {
  readonly address: string
  readonly tls?: TlsSettings
  /** Absent: the caller stays unknown. */
  readonly apiKey?: string
  readonly timeoutMs: number
}

type Env = Readonly<Record<string, string | undefined>>

const defaultAddress = '127.0.0.1:50051'
const timeoutMaxMs = 600_000

/** Options win over variables. */
export async function readServerSettings(args: Arguments, env: Env): Promise<ServerSettings> {
  const address = readAddress(args, env)
  const tls = readTls(args, env)
  refuseClearText(
    address,
    tls,
    args.has('insecure') || /^(true|1)$/.test(env.POSTERN_INSECURE ?? ''),
  )
  const apiKey = await readApiKey(args, env)
  return {
    address,
    timeoutMs: readTimeoutMs(args),
    ...(tls && { tls }),
    ...(apiKey !== undefined && { apiKey }),
  }
}

/** A setting and where it stood, for the message that refuses it. */
interface Sourced {
  readonly value: string
  refuse(message: string): CliError
}

function setting(
  args: Arguments,
  env: Env,
  [option, variable]: [string, string],
): Sourced | undefined {
  const given = args.text(option)
  if (given !== undefined) {
    return { value: given, refuse: (message) => usageError(`--${option}: ${message}`) }
  }
  const set = env[variable]
  if (!set) return undefined
  return { value: set, refuse: (message) => misconfigured(`${variable}: ${message}`) }
}

function readAddress(args: Arguments, env: Env): string {
  const given = setting(args, env, ['address', 'POSTERN_ADDRESS'])
  if (!given) return defaultAddress
  if (/^unix:.+$/.test(given.value)) return given.value
  const port = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(given.value)?.[1]
  if (port !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return given.value
  throw given.refuse('must be host:port or unix:/path')
}

function readTls(args: Arguments, env: Env): TlsSettings | undefined {
  const ca = setting(args, env, ['tls-ca', 'POSTERN_TLS_CA'])
  const cert = setting(args, env, ['tls-cert', 'POSTERN_TLS_CERT'])
  const key = setting(args, env, ['tls-key', 'POSTERN_TLS_KEY'])
  if (cert && !key) throw cert.refuse('needs --tls-key or POSTERN_TLS_KEY beside it')
  if (key && !cert) throw key.refuse('needs --tls-cert or POSTERN_TLS_CERT beside it')
  if (!ca && !cert && !args.has('tls')) return undefined
  return {
    ...(ca && { ca: readPem(ca) }),
    ...(cert && key && { pair: { cert: readPem(cert), key: readPem(key) } }),
  }
}

function readPem(source: Sourced): Buffer {
  const bytes = readBytesOf(source)
  if (bytes.includes('-----BEGIN ')) return bytes
  // TLS takes any bytes for an authority, and then trusts none.
  throw source.refuse(`${source.value} must be a PEM file`)
}

function readBytesOf({ value, refuse }: Sourced): Buffer {
  try {
    return readFileSync(value)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw refuse(`cannot read ${value} (${code})`)
  }
}

/** Every call carries a key: without TLS it travels on this machine only, unless told. */
function refuseClearText(address: string, tls: TlsSettings | undefined, isAllowed: boolean): void {
  const isLocal = /^(unix:|127\.\d+\.\d+\.\d+:|localhost:|\[::1\]:)/.test(address)
  if (isLocal || tls || isAllowed) return
  throw misconfigured(
    `${address} is another machine: give --tls or --tls-ca, or --insecure to send keys in clear text`,
  )
}

async function readApiKey(args: Arguments, env: Env): Promise<string | undefined> {
  const path = args.text('api-key-file')
  const key = path === undefined ? env.POSTERN_API_KEY?.trim() : await readSecretFile(path)
  if (!key) return undefined
  if (/^[\x21-\x7e]{1,256}$/.test(key)) return key
  throw misconfigured(`${path ?? 'POSTERN_API_KEY'}: must hold one key and nothing else`)
}

function readTimeoutMs(args: Arguments): number {
  const text = args.text('timeout')
  if (text === undefined) return 10_000
  const ms = parseDurationMs('--timeout', text)
  if (ms >= 1 && ms <= timeoutMaxMs) return ms
  throw usageError('--timeout: must be from 1ms to 10m')
}
