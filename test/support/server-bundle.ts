import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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
 * The whole server in one file, compiled beforehand, for tests that start it hundreds of times:
 * most of a start is looking for modules and compiling them. Native code, and what finds files
 * beside its own, stays where it is. With `patches`, it is a server that lacks what they take away.
 */
export function bundleServer(patches: readonly Patch[] = []): ServerBundle {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bundle-'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const bundle = join(directory, 'bundle.js')
  execFileSync(
    join(root, 'node_modules/.bin/esbuild'),
    [
      '--bundle',
      '--platform=node',
      '--format=cjs',
      `--outfile=${bundle}`,
      ...['libsql', 'grpc-health-check', 'pg-native'].map((name) => `--external:${name}`),
      '--define:import.meta.url=__moduleUrl',
      "--banner:js=const __moduleUrl = require('node:url').pathToFileURL(__filename).href",
      '--legal-comments=none',
      '--log-level=error',
    ],
    { input: entry, cwd: sourceOf(directory, patches) },
  )
  writeFileSync(bundle, inAscii(readFileSync(bundle, 'utf8')))
  const program = join(directory, 'postern.cjs')
  writeFileSync(program, starter)
  // Its settings are refused, once everything is loaded: what it ran until then it leaves compiled.
  spawnSync(process.execPath, [program, 'serve'], { env: { POSTERN_LISTEN: 'nowhere' } })
  if (!existsSync(`${bundle}.compiled`)) throw new Error('the bundle does not load')
  return { program, remove: () => rmSync(directory, { recursive: true }) }
}

/** Of one byte for each character it loads in two thirds of the time. */
function inAscii(program: string): string {
  return program.replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

const entry = `
  import { serve } from './main.js'
  serve(process.env).then((code) => { process.exitCode = code })
`

/** Runs the bundle as a module, from what an earlier run of it left compiled if there is any. */
const starter = `
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { wrap } = require('node:module')
const { join } = require('node:path')
const { Script } = require('node:vm')

const filename = join(__dirname, 'bundle.js')
const compiled = filename + '.compiled'
const isCompiled = existsSync(compiled)
const script = new Script(wrap(readFileSync(filename, 'latin1')), {
  filename,
  ...(isCompiled && { cachedData: readFileSync(compiled) }),
})
if (!isCompiled) process.once('exit', () => writeFileSync(compiled, script.createCachedData()))
script.runInThisContext()(exports, require, module, filename, __dirname)
`

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
