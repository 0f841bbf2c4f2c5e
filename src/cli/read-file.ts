import { type FileHandle, open } from 'node:fs/promises'
import { badData, CliError } from './cli-error.js'
import { exitCodes } from './exit-code.js'

/** Reads at most `bytesMax`, so that a wrong path does not fill the memory. */
export async function readBytes(path: string, bytesMax: number): Promise<Buffer> {
  const file = await openInput(path)
  try {
    await refuseDirectory(file, path)
    return await collect(file.createReadStream({ autoClose: false }), { name: path, bytesMax })
  } finally {
    await file.close()
  }
}

/** A file with a secret; one that everybody on this machine can read is refused. */
export async function readSecretFile(path: string): Promise<string> {
  const file = await openInput(path)
  try {
    await refuseDirectory(file, path)
    await refuseOpenToAll(file, path)
    const limits = { name: path, bytesMax: 4_096 }
    const bytes = await collect(file.createReadStream({ autoClose: false }), limits)
    return decodeUtf8(bytes, path).trim()
  } finally {
    await file.close()
  }
}

export async function readStream(
  stream: AsyncIterable<Uint8Array>,
  limits: { readonly name: string; readonly bytesMax: number },
): Promise<Buffer> {
  const bytes = await collect(stream, limits)
  if (bytes.length === 0) throw noInput(`${limits.name} is empty`)
  return bytes
}

/** A byte order mark of UTF-8 is taken off; anything that is not UTF-8 is refused. */
export function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw badData(`${name}: must be UTF-8 text${otherEncoding(bytes)}`, cause)
  }
}

function otherEncoding([first, second]: Uint8Array): string {
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return isUtf16 ? '; this is UTF-16' : ''
}

async function collect(
  stream: AsyncIterable<Uint8Array>,
  { name, bytesMax }: { readonly name: string; readonly bytesMax: number },
): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of stream) {
    length += part.length
    if (length > bytesMax) throw badData(`${name}: must be at most ${sizeText(bytesMax)}`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function sizeText(bytes: number): string {
  return bytes >= 1_048_576 ? `${bytes / 1_048_576} MB` : `${bytes} bytes`
}

async function openInput(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw openRefusal(path, error)
  }
}

function openRefusal(path: string, error: unknown): CliError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return noInput(`${path}: no such file`)
  if (code === 'EACCES' || code === 'EPERM') {
    const details = { reason: 'FILE_NOT_PERMITTED', message: `${path}: must be readable` }
    return new CliError(exitCodes.notPermitted, { ...details, cause: error })
  }
  return noInput(`${path}: cannot be opened (${String(code)})`)
}

async function refuseDirectory(file: FileHandle, path: string): Promise<void> {
  if ((await file.stat()).isDirectory()) throw noInput(`${path}: is a directory`)
}

const readableByAll = 0o004

async function refuseOpenToAll(file: FileHandle, path: string): Promise<void> {
  const found = await file.stat()
  // A pipe has nobody else at its end, and Windows keeps no such bits.
  if (!found.isFile() || process.platform === 'win32') return
  if ((found.mode & readableByAll) === 0) return
  throw new CliError(exitCodes.notPermitted, {
    reason: 'FILE_OPEN_TO_ALL',
    message: `${path}: holds a secret, and everybody on this machine can read it; run: chmod 600 ${path}`,
  })
}

export function noInput(message: string): CliError {
  return new CliError(exitCodes.noInput, { reason: 'NO_INPUT', message })
}
