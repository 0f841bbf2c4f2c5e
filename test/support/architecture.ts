import { posix } from 'node:path'

/** A file of `src/`, by its path below that. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/**
 * Each floor, and what it may import of `src/`. Siblings are blind to one another; the files beside
 * the floors, which put them together, see all.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain/'],
  catalog: ['domain/', 'catalog/'],
  service: ['domain/', 'service/'],
  storage: ['domain/', 'service/', 'storage/'],
  cache: ['domain/', 'service/', 'cache/'],
  grpc: ['domain/', 'service/', 'grpc/', 'wire/'],
  http: ['domain/', 'service/', 'http/'],
  telemetry: ['domain/', 'service/', 'telemetry/'],
  wire: ['wire/'],
  cli: ['cli/', 'client/', 'domain/', 'grpc/gen/'],
  client: ['client/', 'grpc/gen/'],
}

/** What single files may import besides. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // The one command that is the server, and not a client of it.
  'cli/serve.ts': ['main.js', 'config.js', 'compose.js'],
  // The one command that opens a store by itself.
  'cli/store-new-epoch.ts': ['new-epoch.js'],
  // The one command that decides without a server.
  'cli/policy-test.ts': ['catalog/'],
}

/** Floors that stay away from packages, and the ones that are let in by name. */
const packagesIn: Readonly<Record<string, readonly string[]>> = {
  'domain/condition/': [
    '@bufbuild/cel',
    '@bufbuild/cel-spec',
    '@bufbuild/protobuf',
    '@bufbuild/re2',
    '@marcbachmann/cel-js',
  ],
  'domain/': [],
  'catalog/': [],
  'service/': ['node:crypto'],
  'wire/': ['node:'],
}

/** The transport could serve any product, and has heard of none. */
const productWord =
  /\b(?:postern|principals?|polic(?:y|ies)|permissions?|organizations?|tenants?|api[- ]?keys?)\b/gi

/** The domain is given time and chance, and never waits. */
const impure =
  /\b(?:async|await|Promise|process|console|globalThis|performance|setTimeout|setInterval|Date\.now|Math\.random)\b|\bnew Date\(\s*\)|\bDate\(\s*\)/g

/** A sentence for each thing that is where it must not be. */
export function architectureProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...importsOf(file.text).flatMap((target) => importProblems(file.path, target)),
    ...(file.path.startsWith('domain/') ? impurities(file) : []),
    ...(file.path.startsWith('wire/') ? productWords(file) : []),
  ])
}

function importsOf(text: string): string[] {
  const imports = text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)
  return [...imports].map(([, target]) => target ?? '')
}

function importProblems(path: string, target: string): string[] {
  if (!target.startsWith('.')) {
    return isPackageAdmitted(path, target) ? [] : [`${path} imports the package ${target}`]
  }
  const [floor = ''] = path.split('/')
  const allowed = mayImport[floor]
  if (!allowed) return path.includes('/') ? [`${path} is on no floor`] : []
  const landing = posix.join(posix.dirname(path), target)
  const admitted = [...allowed, ...(exceptions[path] ?? [])]
  if (admitted.some((prefix) => landing.startsWith(prefix))) return []
  return [`${path} imports ${landing}`]
}

function isPackageAdmitted(path: string, target: string): boolean {
  const region = Object.keys(packagesIn).find((prefix) => path.startsWith(prefix))
  if (region === undefined) return true
  const names = packagesIn[region] ?? []
  return names.some((name) => isOrIsIn(target, name))
}

/** `node:` is every module of the platform. */
function isOrIsIn(target: string, name: string): boolean {
  return target === name || target.startsWith(name.endsWith(':') ? name : `${name}/`)
}

function impurities({ path, text }: SourceFile): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
  return [...code.matchAll(impure)].map(([word]) => `${path} says ${word}`)
}

function productWords({ path, text }: SourceFile): string[] {
  return [...text.matchAll(productWord)].map(([word]) => `${path} says ${word}`)
}
