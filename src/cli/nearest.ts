/** The name that was probably meant: at most a third of its letters differ. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(given, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/** Ready to be appended to a sentence; empty when nothing is near. */
export function suggestion(given: string, names: readonly string[]): string {
  const name = nearest(given, names)
  return name === undefined ? '' : `; did you mean \`${name}\`?`
}

/** Letters added, left out, changed, or swapped with a neighbour. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(cheapest({ a, b, i, j }, { row, last, beforeLast }))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

function cheapest(
  { a, b, i, j }: { a: string; b: string; i: number; j: number },
  { row, last, beforeLast }: { row: number[]; last: number[]; beforeLast: number[] },
): number {
  const at = (costs: number[], index: number) => costs[index] ?? Number.POSITIVE_INFINITY
  const change = a[i - 1] === b[j - 1] ? 0 : 1
  const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return Math.min(
    at(row, j - 1) + 1,
    at(last, j) + 1,
    at(last, j - 1) + change,
    isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
  )
}
