import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Subject } from './life.js'
import type { Mutant, Patch } from './mutants.js'

const entry = fileURLToPath(new URL('subject.ts', import.meta.url))

/** The cache without the safeguard. Throws when a patch does not fit the code any more. */
export async function buildMutant({ safeguard, patches }: Mutant): Promise<Subject> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-mutant-'))
  const outfile = join(directory, 'subject.mjs')
  const applied = new Set<Patch>()
  try {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      // Some packages in the bundle are not modules.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      plugins: [
        {
          name: 'patches',
          setup: ({ onLoad }) =>
            onLoad({ filter: /\/src\/cache\/[^/]+\.ts$/ }, ({ path }) => {
              const own = patches.filter(({ file }) => file === basename(path))
              const text = own.reduce(patched, readFileSync(path, 'utf8'))
              for (const patch of own) applied.add(patch)
              return { contents: text, loader: 'ts' }
            }),
        },
      ],
    })
    if (applied.size < patches.length) throw new Error(`${safeguard}: a patched file is not built`)
    return (await import(pathToFileURL(outfile).href)) as Subject
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Throws when the text does not hold what the patch replaces, or holds it twice. */
export function patched(text: string, { file, find, replace }: Patch): string {
  if (text.split(find).length !== 2) throw new Error(`${file} does not hold \`${find}\` once`)
  return text.replace(find, () => replace)
}
