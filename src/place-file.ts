import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a new file for its owner's eyes alone, on the disk before this returns, its name included.
 * Answers false when there is one already: that one counts. Linked into place when complete: a
 * crash or a second process never leaves or sees half of one under this name.
 */
export function placeFile(path: string, text: string): boolean {
  // Not the process id: containers that share a directory share that too.
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true })
  try {
    return linkFile(draft, path)
  } finally {
    rmSync(draft)
  }
}

/** Gives a file a second name, on the disk before this returns; false when the name is taken. */
export function linkFile(from: string, to: string): boolean {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
  const directory = openSync(dirname(to), 'r')
  fsyncSync(directory)
  closeSync(directory)
  return true
}
