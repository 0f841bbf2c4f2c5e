import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { machine, rounded } from './report.js'

export interface Bar {
  readonly label: string
  readonly value: number
}

export interface BarsPlan {
  readonly title: string
  readonly unit: string
  readonly bars: readonly Bar[]
  /** For values of several magnitudes: the length of a bar is the value's logarithm. */
  readonly isLogarithmic?: boolean
}

const width = 760
const labelWidth = 230
const barsWidth = width - labelWidth - 110
const rowHeight = 26
const headHeight = 64

/** Draws `bench/plots/NAME.svg`, with the machine and the date; answers where it is. */
export function plotBars(name: string, plan: BarsPlan): string {
  const directory = fileURLToPath(new URL('../plots', import.meta.url))
  mkdirSync(directory, { recursive: true })
  const file = `${directory}/${name}.svg`
  writeFileSync(file, drawBars(plan))
  return file
}

function drawBars({ title, unit, bars, isLogarithmic = false }: BarsPlan): string {
  const height = headHeight + bars.length * rowHeight + 12
  const lengthOf = scaleOf(bars, isLogarithmic)
  const rows = bars.map((bar, index) => row(bar, { index, length: lengthOf(bar.value) }))
  const scale = isLogarithmic ? `${unit}, logarithmic` : unit
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="12" y="24" font-size="16" font-weight="bold">${escaped(title)}</text>
<text x="12" y="46" fill="#666">${escaped(`${scale} · ${machine()}`)}</text>
${rows.join('\n')}
</svg>
`
}

function scaleOf(bars: readonly Bar[], isLogarithmic: boolean): (value: number) => number {
  const values = bars.map(({ value }) => value)
  const max = Math.max(...values)
  if (!isLogarithmic) return (value) => (value / max) * barsWidth
  const floor = Math.log(Math.min(...values)) - 1
  return (value) => ((Math.log(value) - floor) / (Math.log(max) - floor)) * barsWidth
}

function row({ label, value }: Bar, at: { index: number; length: number }): string {
  const y = headHeight + at.index * rowHeight
  const end = labelWidth + at.length
  const fill = label.startsWith('postern') || label.startsWith('wire') ? '#2f6f4f' : '#9db4c0'
  return `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>
<rect x="${labelWidth}" y="${y + 2}" width="${at.length.toFixed(1)}" height="${rowHeight - 8}" fill="${fill}"/>
<text x="${(end + 6).toFixed(1)}" y="${y + 15}">${rounded(value)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
