/** Runs contenders in turns, A B C A B C …, so that what disturbs the machine disturbs them alike. */
export async function inTurns<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number> | number>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[]
  const results = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results.get(name)?.push(await contenders[name]())
  }
  const entries = names.map((name) => [name, median(results.get(name) ?? [])])
  return Object.fromEntries(entries) as Record<Name, number>
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
