import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('a key that nobody has presented for two turns is nowhere in memory', () => {
  const program = fileURLToPath(new URL('../support/forgotten-secret.ts', import.meta.url))
  const said = execFileSync(process.execPath, ['--import', 'tsx', program], { encoding: 'utf8' })
  expect(JSON.parse(said)).toEqual({ isKept: true, isForgotten: true })
}, 30_000)
