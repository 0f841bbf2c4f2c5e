import type { RawResource } from '../question.js'
import { canonicalSegments, isNotCanonical } from './canonical-path.js'
import { matchTemplate, type PathTemplate, type Variables } from './template.js'

/** Which requests it is about, and what they ask for. */
export interface Route {
  /** Lower case, without a port; absent: any. */
  readonly host?: string
  /** Absent: any. */
  readonly methods?: readonly string[]
  /** Absent: any canonical path. */
  readonly path?: PathTemplate
  readonly action: TextTemplate
  readonly resource: ResourceTemplate
}

/** Text with `{variables}`, in pieces: texts and names in turn, a text first and last. */
export interface TextTemplate {
  readonly texts: readonly string[]
  readonly names: readonly string[]
}

export interface ResourceTemplate {
  readonly organizationId: TextTemplate
  readonly projectId: TextTemplate
  readonly type: TextTemplate
  readonly id: TextTemplate
}

/** A request as it stood on the wire. */
export interface RequestHead {
  readonly method: string
  /** Path and query, neither decoded nor normalised. */
  readonly target: string
  /** As the Host header or `:authority` said it; empty when it did not. */
  readonly host: string
}

export interface Mapped {
  readonly action: string
  readonly resource: RawResource
}

export type Unmapped = {
  readonly reason: 'REQUEST_NOT_CANONICAL' | 'NO_ROUTE'
  readonly message: string
}

const methodForm = /^[A-Z]{1,32}$/
const hostForm = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
/** A value must not lend an action or a type more parts than its template has. */
const wordForm = /^[A-Za-z0-9_.-]+$/

/**
 * The first route that fits says what is asked; what none fits is nobody's to allow. Nor is what would
 * fit a route of some host, but does not tell its own: the server behind may take it for that host.
 */
export function mapRequest(routes: readonly Route[], head: RequestHead): Mapped | Unmapped {
  const { method, target } = head
  if (!methodForm.test(method)) return notCanonical('the method is not one in capitals')
  const host = head.host.toLowerCase()
  if (host !== '' && !hostForm.test(host)) return notCanonical('the host is not canonical')
  const segments = canonicalSegments(target)
  if (isNotCanonical(segments)) return notCanonical(`the path ${segments.problem}`)
  const bareHost = host.replace(/:\d+$/, '')
  for (const route of routes) {
    if (route.host !== undefined && host !== '' && route.host !== bareHost) continue
    if (route.methods && !route.methods.includes(method)) continue
    const found = route.path ? matchTemplate(route.path, segments) : new Map<string, string>()
    if (!found) continue
    if (route.host !== undefined && host === '') return notCanonical('the host is not told')
    return fill(route, found.set('method', method.toLowerCase()))
  }
  return noRoute('no route fits this request')
}

export function isMapped(mapped: Mapped | Unmapped): mapped is Mapped {
  return 'action' in mapped
}

function fill({ action, resource }: Route, variables: Variables): Mapped | Unmapped {
  const odd = oddIn(action, variables) ?? oddIn(resource.type, variables)
  if (odd !== undefined) {
    return noRoute(`\`${odd}\` of the path must be letters, digits and . _ -`)
  }
  return {
    action: fillText(action, variables),
    resource: {
      organizationId: fillText(resource.organizationId, variables),
      projectId: fillText(resource.projectId, variables),
      type: fillText(resource.type, variables),
      id: fillText(resource.id, variables),
      name: '',
      locality: '',
      attributes: undefined,
    },
  }
}

/** The name of a variable that stands for no word. */
function oddIn({ names }: TextTemplate, variables: Variables): string | undefined {
  for (const name of names) if (!wordForm.test(variables.get(name) ?? '')) return name
  return undefined
}

function fillText({ texts, names }: TextTemplate, variables: Variables): string {
  let out = texts[0] ?? ''
  for (let at = 0; at < names.length; at++) {
    out += (variables.get(names[at] ?? '') ?? '') + (texts[at + 1] ?? '')
  }
  return out
}

function notCanonical(message: string): Unmapped {
  return { reason: 'REQUEST_NOT_CANONICAL', message }
}

function noRoute(message: string): Unmapped {
  return { reason: 'NO_ROUTE', message }
}
