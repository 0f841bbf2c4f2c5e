import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { patched } from './simulation/build-mutant.js'
import type { Patch } from './simulation/mutants.js'

export interface ServerBundle {
  /** What `startServer` runs. */
  readonly program: string
  remove(): void
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The whole server in one file, for tests that start it hundreds of times: most of a start is
 * looking for modules. Native code, and what finds files beside its own, stays where it is. With
 * `patches`, it is a server that lacks what they take away.
 */
export function bundleServer(patches: readonly Patch[] = []): ServerBundle {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bundle-'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const program = join(directory, 'postern.mjs')
  const require = "import { createRequire } from 'node:module'"
  execFileSync(join(root, 'node_modules/.bin/esbuild'), [
    join(sourceOf(directory, patches), 'cli/main.ts'),
    '--bundle',
    '--platform=node',
    '--format=esm',
    `--outfile=${program}`,
    ...['libsql', 'grpc-health-check', 'pg-native'].map((name) => `--external:${name}`),
    `--banner:js=${require};const require = createRequire(import.meta.url)`,
    '--log-level=error',
  ])
  return { program, remove: () => rmSync(directory, { recursive: true }) }
}

/** The sources, or a copy of them with the patches; throws when one does not fit any more. */
function sourceOf(directory: string, patches: readonly Patch[]): string {
  const source = join(root, 'src')
  if (patches.length === 0) return source
  const copy = join(directory, 'src')
  cpSync(source, copy, { recursive: true })
  for (const patch of patches) {
    const path = join(copy, 'cache', patch.file)
    writeFileSync(path, patched(readFileSync(path, 'utf8'), patch))
  }
  return copy
}
