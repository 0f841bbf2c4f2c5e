import type { CorpusCase, NamedQuestion } from '../../../src/domain/corpus.js'
import { parseAction } from '../../../src/domain/question.js'
import { canonicalSegments, isNotCanonical } from '../../../src/domain/route/canonical-path.js'
import { Validation } from '../../../src/domain/validation.js'
import { isNothing, type Posed, presentedBy } from './door.js'

/** A request that a proxy holds: what its route makes of it is the question. */
export interface ProxiedRequest {
  readonly target: string
  readonly secret: string
  readonly ip: string
  readonly userAgent: string
}

interface Shape {
  readonly action: string
  readonly type: string
  /** Which of the ids stand in the path. */
  readonly ids: readonly string[]
}

/** The file of routes by which every action and type of the cases has a path of its own. */
export function routesOf(cases: readonly CorpusCase[]): object {
  const shapes = new Map(
    cases
      .map(({ question }) => shapeOf(question))
      .filter(({ action }) => isAction(action))
      .map((shape) => [pathOf(shape), shape]),
  )
  return {
    routes: [...shapes].map(([path, { action, type, ids }]) => ({
      path: path + ids.map((id) => (id === 'id' ? '/{id**}' : `/{${id}}`)).join(''),
      methods: ['GET'],
      action,
      resource: { ...(type && { type }), ...Object.fromEntries(ids.map((id) => [id, `{${id}}`])) },
    })),
  }
}

/** The rule by which no request says the case; `undefined`: `toRequest` does. */
export function unsaidByRequest(posed: Posed): string | undefined {
  const { raw } = posed
  const { resource, context, request } = raw
  const secret = presentedBy(posed)
  if (secret === undefined) return 'who is named has no key'
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(secret)) return 'the key is no token of a header'
  if (!resource) return 'every request is about some resource'
  if (resource.name || resource.locality) return 'a path tells no name and no locality'
  if (!isNothing(resource.attributes) || !isNothing(context)) {
    return 'a request tells no attributes and no context'
  }
  if (!isAction(raw.action)) return 'a file with such an action is refused at start'
  if (/[^\x21-\x7e]/.test((request?.ip ?? '') + (request?.userAgent ?? '').replaceAll(' ', ''))) {
    return 'no header holds such an address or agent'
  }
  if (isNotCanonical(canonicalSegments(targetOf(posed)))) return 'the path is not canonical'
  return undefined
}

/** Only of cases that can be said. */
export function toRequest(posed: Posed): ProxiedRequest {
  const { ip = '', userAgent = '' } = posed.raw.request ?? {}
  const secret = presentedBy(posed) ?? ''
  return { target: targetOf(posed), secret, ip, userAgent }
}

function targetOf({ asked, raw }: Posed): string {
  const { resource } = raw
  const values: Record<string, string> = {
    organization_id: resource?.organizationId ?? '',
    project_id: resource?.projectId ?? '',
    id: resource?.id ?? '',
  }
  const shape = shapeOf(asked.question)
  return pathOf(shape) + shape.ids.map((id) => `/${escaped(values[id] ?? '')}`).join('')
}

function shapeOf({ action, resource }: NamedQuestion): Shape {
  const isPresent: Record<string, unknown> = {
    organization_id: resource?.organizationId || resource?.organization,
    project_id: resource?.projectId || resource?.project,
    id: resource?.id,
  }
  const ids = Object.keys(isPresent).filter((id) => isPresent[id])
  return { action, type: resource?.type ?? '', ids }
}

/** Readable, and another one for each shape. */
function pathOf({ action, type, ids }: Shape): string {
  const words = [action, type || '-', ids.join('+') || '-']
  return `/${words.map((word) => Buffer.from(word).toString('hex')).join('/')}`
}

function isAction(action: string): boolean {
  const v = new Validation()
  parseAction(v, '', action)
  return !v.failed && !/[{}]/.test(action)
}

/** As a client writes a path: what may stand there stands as it is. */
function escaped(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}
