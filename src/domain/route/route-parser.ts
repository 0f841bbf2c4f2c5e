import { parseAction } from '../question.js'
import { type RecordReader, readRecord } from '../record-reader.js'
import type { Validation } from '../validation.js'
import type { ResourceTemplate, Route, TextTemplate } from './route.js'
import { type PathTemplate, parsePathTemplate } from './template.js'

const routesMax = 10_000
const hostForm = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/
const emptyText: TextTemplate = { texts: [''], names: [] }

/** The routes of a decoded YAML or JSON file, in its order. */
export function parseRoutes(v: Validation, raw: unknown): readonly Route[] {
  return readRecord(v, '', {
    raw,
    read(record) {
      const routes = record.records('routes', readRoute)
      if (routes.length > routesMax) {
        v.fail('routes', 'TOO_MANY', `must hold at most ${routesMax} routes`)
      }
      return routes
    },
  })
}

function readRoute(record: RecordReader): Route {
  const { v } = record
  const path = parsePathTemplate(v, record.at('path'), record.requiredText('path'))
  const methods = record.texts('methods')
  methods.forEach((method, at) => {
    if (!/^[A-Z]{1,32}$/.test(method)) {
      v.fail(`${record.at('methods')}[${at}]`, 'FORMAT', 'must be a method in capitals')
    }
  })
  const host = record.text('host')
  if (host !== '' && !hostForm.test(host)) {
    v.fail(record.at('host'), 'FORMAT', 'must be a host in lower case, without a port')
  }
  const known = knownNames(path)
  return {
    path,
    ...(host !== '' && { host }),
    ...(methods.length > 0 && { methods }),
    action: readAction(record, known),
    resource: record.record('resource', (nested) => readResource(nested, known)) ?? noResource,
  }
}

function readAction(record: RecordReader, known: ReadonlySet<string>): TextTemplate {
  const action = readText(record, 'action', known)
  // What no value is put into can be judged now.
  if (action.names.length === 0) {
    parseAction(record.v, record.at('action'), action.texts.join(''))
  }
  return action
}

function readResource(record: RecordReader, known: ReadonlySet<string>): ResourceTemplate {
  return {
    organizationId: readText(record, 'organization_id', known),
    projectId: readText(record, 'project_id', known),
    type: readText(record, 'type', known),
    id: readText(record, 'id', known),
  }
}

const noResource: ResourceTemplate = {
  organizationId: emptyText,
  projectId: emptyText,
  type: emptyText,
  id: emptyText,
}

function knownNames(path: PathTemplate | undefined): ReadonlySet<string> {
  return new Set([...(path?.names ?? []), 'method'])
}

function readText(record: RecordReader, key: string, known: ReadonlySet<string>): TextTemplate {
  const text = record.text(key)
  const parts = text.split(/\{([^{}]*)\}/)
  const texts = parts.filter((_, at) => at % 2 === 0)
  const names = parts.filter((_, at) => at % 2 === 1)
  if (texts.some((piece) => /[{}]/.test(piece))) {
    record.v.fail(record.at(key), 'FORMAT', 'must close each `{variable}`')
  }
  for (const name of names) {
    if (known.has(name)) continue
    record.v.fail(record.at(key), 'UNKNOWN', `\`{${name}}\` is no variable of the path`)
  }
  return { texts, names }
}

/** What a proxy's own configuration says for one of its routes, instead of the file. */
export const overrideNames = [
  'action',
  'path',
  'organization_id',
  'project_id',
  'type',
  'id',
] as const

export type RouteOverride = Readonly<Partial<Record<(typeof overrideNames)[number], string>>>

/** The one route that the override makes. */
export function parseOverride(v: Validation, override: RouteOverride): Route {
  const { action = '', path: pathText, ...resource } = override
  const path = pathText === undefined ? undefined : parsePathTemplate(v, 'path', pathText)
  const known = knownNames(path)
  return readRecord(v, '', {
    raw: { action, ...resource },
    read: (record) => ({
      ...(path && { path }),
      action: readAction(record, known),
      resource: readResource(record, known),
    }),
  })
}
