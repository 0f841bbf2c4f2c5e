import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, type PepperSource } from './config.js'
import { placeFile } from './place-file.js'
import { readSecretFile } from './secret-file.js'
import { StartError } from './start-error.js'

/**
 * Throws `ConfigError` for a file that is missing, too short, or open to other users, `StartError`
 * when none can be made beside the store.
 */
export function readPepper(source: PepperSource): string {
  if (source.kind === 'text') return source.text
  if (source.kind === 'file') {
    const prefix = 'POSTERN_PEPPER_FILE: '
    return atLeast32(readSecretFile(source.path, prefix), prefix + source.path)
  }
  if (existsSync(source.storePath) && !existsSync(source.path)) {
    // Made anew, it would make every key of this store invalid, without a word.
    throw new ConfigError(
      `${source.path}: is missing beside a store that was made with it; bring it back`,
    )
  }
  try {
    mkdirSync(dirname(source.path), { recursive: true, mode: 0o700 })
    placeFile(source.path, `${randomBytes(32).toString('hex')}\n`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const message = `POSTERN_DATABASE_URL: \`${source.path}\` cannot be made (${code})`
    throw new StartError(message, { cause: error })
  }
  return atLeast32(readSecretFile(source.path), source.path)
}

function atLeast32(text: string, named: string): string {
  if (text.length < 32) throw new ConfigError(`${named}: must hold at least 32 characters`)
  return text
}
