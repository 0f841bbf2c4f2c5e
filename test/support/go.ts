import { existsSync } from 'node:fs'
import { aptInstall, attempt } from './package-manager.js'

/** As Debian has them: libraries below one GOPATH, and a generator that goes with them. */
const packages = ['golang-google-grpc-dev', 'protoc-gen-go-1-3', 'protobuf-compiler']
const library = '/usr/share/gocode/src/google.golang.org/grpc'

/**
 * Makes sure that there is Go with gRPC. Installs Debian's packages when there are none and that
 * needs no password; throws one sentence on what to install otherwise.
 */
export function requireGo(): void {
  if (isThere()) return
  const missing = hasGo() ? packages : ['golang-go', ...packages]
  if (aptInstall(missing) && isThere()) return
  throw new Error(
    'these tests need Go with Debian’s gRPC library: install them ' +
      `(\`apt-get install ${missing.join(' ')}\`) and run them again`,
  )
}

function isThere(): boolean {
  const programs = [['protoc', '--version'] as const, ['which', 'protoc-gen-go'] as const]
  const all = programs.every(([program, word]) => attempt(program, [word]) !== undefined)
  return all && hasGo() && existsSync(library)
}

function hasGo(): boolean {
  return attempt('go', ['version']) !== undefined
}
