import type { Validation } from '../validation.js'

/** What the variables of a template stood for. */
export type Variables = ReadonlyMap<string, string>

/** A path with variables: `/v1/servers/{id}`, `/v1/servers/{id}:start`, `/files/{path**}`. */
export interface PathTemplate {
  readonly segments: readonly TemplateSegment[]
  /** Takes all segments that are left, at least one. */
  readonly rest?: string
  readonly names: readonly string[]
}

type TemplateSegment =
  | { readonly literal: string }
  | { readonly name: string; readonly before: string; readonly after: string }

const templateMax = 1_024
const variable = /^([^{}]*)\{([a-z][a-z0-9_]{0,63})\}([^{}]*)$/
const restVariable = /^\{([a-z][a-z0-9_]{0,63})\*\*\}$/

export function parsePathTemplate(v: Validation, field: string, text: string): PathTemplate {
  const parts = text.slice(1).split('/')
  if (!isPathLike(text, parts)) {
    v.fail(field, 'FORMAT', 'must be a path such as `/v1/servers/{id}`, decoded and canonical')
    return { segments: [], names: [] }
  }
  const rest = restVariable.exec(parts.at(-1) ?? '')?.[1]
  const fixed = rest === undefined ? parts : parts.slice(0, -1)
  const segments = fixed.map((part) => parseSegment(v, field, part))
  const names = segments.flatMap((segment) => ('name' in segment ? [segment.name] : []))
  if (rest !== undefined) names.push(rest)
  if (new Set(names).size < names.length) {
    v.fail(field, 'DUPLICATE', 'must name each variable once')
  }
  return { segments, names, ...(rest !== undefined && { rest }) }
}

function isPathLike(text: string, parts: readonly string[]): boolean {
  if (!text.startsWith('/') || text.length > templateMax || /[\s%;\\?#]/.test(text)) return false
  return !parts.some(
    (part, at) => part === '.' || part === '..' || (part === '' && at < parts.length - 1),
  )
}

function parseSegment(v: Validation, field: string, part: string): TemplateSegment {
  if (!/[{}]/.test(part)) return { literal: part }
  const [, before = '', name, after = ''] = variable.exec(part) ?? []
  if (name !== undefined) return { name, before, after }
  v.fail(field, 'FORMAT', 'must have at most one `{variable}` in a segment, `{rest**}` only last')
  return { literal: part }
}

/** `undefined`: another path; else a map for the caller to keep. A variable stands for no empty text. */
export function matchTemplate(
  { segments, rest }: PathTemplate,
  path: readonly string[],
): Map<string, string> | undefined {
  if (rest === undefined ? path.length !== segments.length : path.length <= segments.length) {
    return undefined
  }
  const found = new Map<string, string>()
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at]
    if (!segment || !matchSegment(segment, path[at] ?? '', found)) return undefined
  }
  if (rest === undefined) return found
  const left = path.slice(segments.length)
  // A slash at the end would be a second spelling of what is before it.
  if (left.at(-1) === '') return undefined
  return found.set(rest, left.join('/'))
}

function matchSegment(segment: TemplateSegment, text: string, found: Map<string, string>): boolean {
  if ('literal' in segment) return segment.literal === text
  const { name, before, after } = segment
  if (text.length <= before.length + after.length) return false
  if (!text.startsWith(before) || !text.endsWith(after)) return false
  found.set(name, text.slice(before.length, text.length - after.length))
  return true
}
