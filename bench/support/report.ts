import { cpus } from 'node:os'

/** What a figure is worth depends on where it was seen, with what, and when. */
export function machine(): string {
  const [cpu] = cpus()
  const where = `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`
  return `Node ${process.version}, ${where}, ${new Date().toISOString().slice(0, 10)}`
}

export function printMachine(): void {
  console.log(`${machine()}\n`)
}

/** A Markdown table, to be pasted into the README as it is. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  console.log(line(head))
  console.log(line(widths.map((width) => '-'.repeat(width))))
  for (const row of rows) console.log(line(row))
  console.log()
}

/** 1234567 becomes `1,230,000`: three digits are more than a shared machine can promise. */
export function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US')
}
