import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from './config.js'

/**
 * The trimmed text of a file that holds a secret. Throws `ConfigError`, which begins with `prefix`,
 * when the file cannot be read, or can be by other users too.
 */
export function readSecretFile(path: string, prefix = ''): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new ConfigError(`${prefix}${path}: must be readable by its owner alone (chmod 600)`)
    }
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `${prefix}${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}
