import { readFileSync } from 'node:fs'
import type { RedisSettings } from './cache/redis-connection.js'
import { ConfigError, type RedisConfig } from './config.js'
import { readSecretFile } from './secret-file.js'

/** Throws `ConfigError` for a file that is missing, or holds a password and is open to others. */
export function readRedisSettings(config: RedisConfig): RedisSettings {
  const { address, commandTimeoutMs, passwordFile, caFile } = config
  return {
    address,
    commandTimeoutMs,
    ...(passwordFile && {
      password: readSecretFile(passwordFile, 'POSTERN_REDIS_PASSWORD_FILE: '),
    }),
    ...(caFile && { ca: readCertificate(caFile) }),
  }
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(`POSTERN_REDIS_CA_FILE: ${path}: cannot be read (${code})`)
  }
}
