import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { alreadyExists } from './domain/errors.js'
import { isWellFormedSecret } from './domain/secret.js'
import { linkFile, placeFile } from './place-file.js'
import type { OwnerKeyKeeper } from './service/bootstrap.js'
import { StartError } from './start-error.js'

/**
 * Keeps the owner's key in a file. It stands under `PATH.pending` until its organization is
 * committed, and under its own name from then on: a start that was killed between the two is told
 * from one that was done, and the next one goes on with the key that is there.
 */
export function createOwnerKeyFile(path: string): OwnerKeyKeeper {
  const pending = `${path}.pending`
  let isOurs = false
  return {
    kept: () => readKept(pending),
    keep: (secret) =>
      translating(path, () => {
        if (existsSync(path)) throw taken(path, 'exists already')
        if (readKept(pending) === secret) return
        isOurs = placeFile(pending, `${secret}\n`)
        if (isOurs) return
        if (!readKept(pending)) throw taken(pending, 'exists already, and holds no key of ours')
        throw alreadyExists('owner_key', pending, { message: 'another start keeps a key' })
      }),
    show: () =>
      translating(path, () => {
        if (!existsSync(pending)) return
        if (!linkFile(pending, path) && !isSame(pending, path)) {
          throw taken(path, `exists already; the owner's key is in \`${pending}\``)
        }
        removeCopies(pending)
      }),
    drop() {
      if (isOurs) rmSync(pending, { force: true })
    },
  }
}

/** For a key that is printed: there is nothing to find again. */
export const printedOwnerKey: OwnerKeyKeeper = {
  kept: () => undefined,
  keep() {},
  show() {},
  drop() {},
}

/** Only what this user alone could have written: whoever plants a key would own what it opens. */
function readKept(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch {
    return undefined
  }
  try {
    const { uid, mode } = fstatSync(file)
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) return undefined
    const secret = readFileSync(file, 'utf8').trim()
    return isWellFormedSecret(secret) ? secret : undefined
  } finally {
    closeSync(file)
  }
}

/** The file, and the drafts of it that killed starts have left: each would hold the key. */
function removeCopies(path: string): void {
  const directory = dirname(path)
  const prefix = `${basename(path)}.`
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{16}$/.test(name.slice(prefix.length))) continue
    const draft = join(directory, name)
    if (isSame(draft, path)) rmSync(draft, { force: true })
  }
  rmSync(path, { force: true })
}

function isSame(one: string, other: string): boolean {
  return readFileSync(one, 'utf8') === readFileSync(other, 'utf8')
}

function taken(path: string, why: string): StartError {
  return new StartError(`POSTERN_OWNER_KEY_FILE: \`${path}\` ${why}`)
}

function translating(path: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    throw new StartError(`POSTERN_OWNER_KEY_FILE: \`${path}\` cannot be made (${code})`, {
      cause: error,
    })
  }
}
