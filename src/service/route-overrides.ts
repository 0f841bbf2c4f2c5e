import { DomainError } from '../domain/errors.js'
import type { Route } from '../domain/route/route.js'
import { overrideNames, parseOverride, type RouteOverride } from '../domain/route/route-parser.js'
import { parsed } from '../domain/validation.js'

/** Parsed once for each proxy's route; throws `invalid` for one that is wrong, every time. */
export interface Overrides {
  routeOf(override: RouteOverride): Route
}

/** More than any proxy has routes; a caller that makes them up gets no more memory than this. */
const rememberedMax = 1_000

export function createOverrides(): Overrides {
  const remembered = new Map<string, Route | DomainError>()
  return {
    routeOf(override) {
      const key = JSON.stringify(overrideNames.map((name) => override[name]))
      const route = remembered.get(key) ?? parse(override)
      if (remembered.size >= rememberedMax) remembered.clear()
      remembered.set(key, route)
      if (route instanceof DomainError) throw route
      return route
    },
  }
}

function parse(override: RouteOverride): Route | DomainError {
  try {
    return parsed((v) => parseOverride(v, override))
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
}
