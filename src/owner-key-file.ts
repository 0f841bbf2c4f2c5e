import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from './start-error.js'

/**
 * Writes the key to a new file that its owner alone can read. On the disk before it returns, the
 * file's name included: the key that the store keeps is never one that nobody has.
 */
export function writeOwnerKey(path: string, secret: string): void {
  try {
    const file = openSync(path, 'wx', 0o600)
    writeSync(file, `${secret}\n`)
    flush(file)
    flush(openSync(dirname(path), 'r'))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? 'exists already' : `cannot be made (${code})`
    throw new StartError(`POSTERN_OWNER_KEY_FILE: \`${path}\` ${why}`, { cause: error })
  }
}

function flush(file: number): void {
  fsyncSync(file)
  closeSync(file)
}
