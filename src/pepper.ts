import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, type PepperSource } from './config.js'
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
    generate(source.path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const message = `POSTERN_DATABASE_URL: \`${source.path}\` cannot be made (${code})`
    throw new StartError(message, { cause: error })
  }
  return atLeast32(readSecretFile(source.path), source.path)
}

/** Linked into place when complete: a crash or a second server never leaves or sees half of one. */
function generate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    // There is one already: that one counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

function atLeast32(text: string, named: string): string {
  if (text.length < 32) throw new ConfigError(`${named}: must hold at least 32 characters`)
  return text
}
