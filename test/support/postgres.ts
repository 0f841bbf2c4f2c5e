import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { aptInstall, attempt } from './package-manager.js'

/**
 * The directory with PostgreSQL's programs. Installs PostgreSQL when there is none and a package
 * manager may be used without asking; throws one sentence on what to install otherwise.
 */
export function findPostgres(): string {
  const found = searchPostgres()
  if (found !== undefined) return found
  const installed = installPostgres() ? searchPostgres() : undefined
  if (installed !== undefined) return installed
  throw new Error(
    'these tests need a PostgreSQL server, version 15 or newer: install it (Debian, Ubuntu: ' +
      '`apt-get install postgresql`; macOS: `brew install postgresql@16`) and run them again',
  )
}

/** Versions of the same place are tried newest first. */
function searchPostgres(): string | undefined {
  const places = [
    ...versionsIn('/usr/lib/postgresql', 'bin'),
    ...versionsIn('/opt/homebrew/opt', 'bin', 'postgresql'),
    ...versionsIn('/usr/local/opt', 'bin', 'postgresql'),
    ...versionsIn('/Applications/Postgres.app/Contents/Versions', 'bin'),
    ...versionsIn('/usr', 'bin', 'pgsql'),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return places.find((place) => isNewEnough(place))
}

function versionsIn(parent: string, child: string, prefix = ''): string[] {
  if (!existsSync(parent)) return []
  const names = readdirSync(parent).filter((name) => name.startsWith(prefix))
  names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return names.map((name) => join(parent, name, child))
}

function isNewEnough(directory: string): boolean {
  if (!existsSync(join(directory, 'initdb'))) return false
  const text = attempt(join(directory, 'postgres'), ['--version'])
  return Number(/\(PostgreSQL\) (\d+)/.exec(text ?? '')?.[1] ?? 0) >= 15
}

function installPostgres(): boolean {
  if (process.platform === 'darwin') {
    return attempt('brew', ['install', 'postgresql@16']) !== undefined
  }
  return aptInstall(['postgresql'])
}

/** PostgreSQL refuses to run as root: the user that stands in for it. */
export function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const uid = attempt('id', ['-u', name])
    const gid = attempt('id', ['-g', name])
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('PostgreSQL does not run as root: run these tests as another user')
}
