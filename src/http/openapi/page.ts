import type { Described } from './document.js'

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; text-transform: capitalize }
table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #8884; padding: .3rem .6rem; vertical-align: top }
code { font: 14px ui-monospace, monospace; overflow-wrap: anywhere }
.method { font-weight: 700; width: 4.5rem }
small { color: #777 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } a { color: #8af } }
`

/** Every operation on one page that needs nothing but itself. */
export function docsPage(described: readonly Described[], version: string): string {
  const tags = [...new Set(described.map(tagOf))]
  const sections = tags.map((tag) =>
    section(
      tag,
      described.filter((each) => tagOf(each) === tag),
    ),
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Postern API</title>
<meta name="viewport" content="width=device-width"><style>${style}</style></head>
<body><h1>Postern API <small>${escaped(version)}</small></h1>
<p>Send the secret of an API key in <code>X-Auth-Token</code>, for AuthZEN in
<code>Authorization: Bearer</code>. The same for programs:
<a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
</body></html>
`
}

function tagOf({ operation }: Described): string {
  return operation.tags?.[0] ?? 'other'
}

function section(tag: string, described: readonly Described[]): string {
  const rows = described.map(
    ({ method, path, operation }) =>
      `<tr><td class="method">${escaped(method.toUpperCase())}</td>` +
      `<td><code>${escaped(path)}</code><br>${escaped(operation.summary)}` +
      `<br><small>${escaped(takes(operation))}</small></td></tr>`,
  )
  return `<h2>${escaped(tag.replaceAll('-', ' '))}</h2><table>${rows.join('\n')}</table>`
}

function takes({ parameters, requestBody }: Described['operation']): string {
  const query = namesIn(parameters)
  const body = Object.keys(propertiesOf(requestBody))
  return [
    query.length > 0 ? `query: ${query.join(', ')}` : '',
    body.length > 0 ? `body: ${body.join(', ')}` : '',
  ]
    .filter((line) => line !== '')
    .join(' · ')
}

function namesIn(parameters: unknown): string[] {
  if (!Array.isArray(parameters)) return []
  return parameters.flatMap((each: { in?: unknown; name?: unknown }) =>
    each.in === 'query' ? [String(each.name)] : [],
  )
}

/** Looks for the one `properties` below; an operation that has none takes none. */
function propertiesOf(body: unknown): object {
  if (typeof body !== 'object' || body === null) return {}
  if ('properties' in body && typeof body.properties === 'object') return body.properties ?? {}
  const below = Object.values(body).map(propertiesOf)
  return below.find((found) => Object.keys(found).length > 0) ?? {}
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
