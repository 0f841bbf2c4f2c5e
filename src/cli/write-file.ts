import { writeFile } from 'node:fs/promises'
import { CliError } from './cli-error.js'
import { exitCodes } from './exit-code.js'

/** Writes a file; one that exists is replaced only when the caller said so. */
export async function writeOutputFile(
  path: string,
  text: string,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  try {
    await writeFile(path, text, { flag: replace ? 'w' : 'wx' })
  } catch (error) {
    throw outputRefusal(path, error)
  }
}

/** Errors of the disk under a file that was made; every other kind is about making it. */
const writeCodes: readonly unknown[] = ['ENOSPC', 'EIO', 'EDQUOT', 'EFBIG', 'EPIPE']

function outputRefusal(path: string, error: unknown): CliError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (writeCodes.includes(code)) {
    const message = `${path}: could not be written (${String(code)})`
    return new CliError(exitCodes.outputFailed, { reason: 'OUTPUT_FAILED', message, cause: error })
  }
  const message =
    code === 'EEXIST'
      ? `${path}: exists already; give --force to replace it`
      : `${path}: cannot be made (${String(code)})`
  return new CliError(exitCodes.cannotCreate, { reason: 'CANNOT_CREATE', message, cause: error })
}
