import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ConfigError } from './config.js'
import { DomainError } from './domain/errors.js'
import type { Route } from './domain/route/route.js'
import { parseRoutes } from './domain/route/route-parser.js'
import { parsed } from './domain/validation.js'

/** Throws `ConfigError` for a file that cannot be read, or that is no file of routes. */
export function readRoutes(path: string | undefined): readonly Route[] {
  if (path === undefined) return []
  const raw = decode(path)
  try {
    return parsed((v) => parseRoutes(v, raw))
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const lines = error.violations.map(
      ({ field, description }) => `POSTERN_ROUTES_FILE: ${field || 'the file'}: ${description}`,
    )
    throw new ConfigError(lines.join('\n'), { cause: error })
  }
}

function decode(path: string): unknown {
  try {
    // JSON is YAML too.
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no YAML or JSON'
    throw new ConfigError(`POSTERN_ROUTES_FILE: \`${path}\` cannot be read (${why})`)
  }
}
