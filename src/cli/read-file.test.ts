import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBytes, readSecretFile } from './read-file.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-read-file-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, content: string, mode: number): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

test('a file that is not there, and a directory, are no input', async () => {
  const absent = join(directory, 'absent')
  const below = join(file('plain', 'x', 0o600), 'below')
  await expect(readBytes(absent, 10)).rejects.toMatchObject({
    exitCode: 66,
    message: `${absent}: no such file`,
  })
  await expect(readBytes(below, 10)).rejects.toMatchObject({ exitCode: 66 })
  await expect(readBytes(directory, 10)).rejects.toMatchObject({
    exitCode: 66,
    message: `${directory}: is a directory`,
  })
})

test('a file is read up to its limit and not beyond', async () => {
  expect(String(await readBytes(file('ten', '0123456789', 0o600), 10))).toBe('0123456789')
  await expect(readBytes(file('eleven', '0123456789a', 0o600), 10)).rejects.toMatchObject({
    exitCode: 65,
    message: expect.stringMatching(/must be at most 10 bytes$/),
  })
})

test('a secret is read without the blanks around it', async () => {
  expect(await readSecretFile(file('secret', '\n secret \n', 0o640))).toBe('secret')
})

test('a secret that everybody can read is refused', async () => {
  await expect(readSecretFile(file('open', 'secret', 0o644))).rejects.toMatchObject({
    exitCode: 77,
    reason: 'FILE_OPEN_TO_ALL',
    message: expect.not.stringContaining('secret\n'),
  })
})
