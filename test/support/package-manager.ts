import { execFileSync } from 'node:child_process'

/** What the program printed; `undefined` when it is not there or fails. */
export function attempt(program: string, words: readonly string[]): string | undefined {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch {
    return undefined
  }
}

/** Installs Debian packages where that needs no password; answers whether it did. */
export function aptInstall(packages: readonly string[]): boolean {
  const elevate = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive']
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages]
  return [['apt-get', 'update'], install].every((command) => {
    const [program = '', ...words] = [
      ...elevate,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      ...command,
    ]
    return attempt(program, words) !== undefined
  })
}
