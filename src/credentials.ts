import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ConfigError, type TlsFiles } from './config.js'
import type { TlsMaterial } from './grpc/server.js'

/** Throws `ConfigError` for files that cannot be read, or are not what they should be. */
export function readTls(tls: TlsFiles): TlsMaterial {
  const cert = read('POSTERN_TLS_CERT_FILE', tls.certFile)
  const key = read('POSTERN_TLS_KEY_FILE', tls.keyFile)
  refuse('POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE: not a certificate and its key', () =>
    createSecureContext({ cert, key }),
  )
  const ca = tls.clientCaFile && read('POSTERN_TLS_CLIENT_CA_FILE', tls.clientCaFile)
  // TLS takes any bytes for an authority, and then trusts nobody.
  if (ca) refuse('POSTERN_TLS_CLIENT_CA_FILE: not a certificate', () => new X509Certificate(ca))
  return { cert, key, ...(ca && { clientCa: ca }) }
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(`${variable}: \`${path}\` cannot be read (${code})`)
  }
}

function refuse(message: string, parse: () => unknown): void {
  try {
    parse()
  } catch (error) {
    throw new ConfigError(message, { cause: error })
  }
}
