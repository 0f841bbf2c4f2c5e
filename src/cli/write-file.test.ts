import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeOutputFile } from './write-file.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-write-file-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

test('a file is made once, and replaced only when told', async () => {
  const path = join(directory, 'out.yaml')
  await writeOutputFile(path, 'one', { replace: false })
  await expect(writeOutputFile(path, 'two', { replace: false })).rejects.toMatchObject({
    exitCode: 73,
    message: `${path}: exists already; give --force to replace it`,
  })
  expect(readFileSync(path, 'utf8')).toBe('one')
  await writeOutputFile(path, 'two', { replace: true })
  expect(readFileSync(path, 'utf8')).toBe('two')
})

test('a file that cannot be made is told from one that cannot be written', async () => {
  await expect(
    writeOutputFile(join(directory, 'no', 'such'), 'x', { replace: false }),
  ).rejects.toMatchObject({ exitCode: 73 })
  if (process.platform !== 'linux') return
  await expect(writeOutputFile('/dev/full', 'x', { replace: true })).rejects.toMatchObject({
    exitCode: 74,
  })
})
