import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ServerBundle {
  /** What `startServer` runs. */
  readonly program: string
  remove(): void
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The whole server in one file, for tests that start it hundreds of times: most of a start is
 * looking for modules. Native code, and what finds files beside its own, stays where it is.
 */
export function bundleServer(): ServerBundle {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bundle-'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const program = join(directory, 'postern.mjs')
  const require = "import { createRequire } from 'node:module'"
  execFileSync(join(root, 'node_modules/.bin/esbuild'), [
    join(root, 'src/cli/main.ts'),
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
