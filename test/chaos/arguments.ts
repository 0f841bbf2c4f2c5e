import { parseArgs } from 'node:util'

export interface Plan {
  readonly seed: number
  readonly isShort: boolean
  /** The safeguard that the servers are built without. */
  readonly without: string | undefined
  /** Only faults whose name holds it. */
  readonly only: string
}

export function parsePlan(words: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      without: { type: 'string' },
      only: { type: 'string', default: '' },
    },
  })
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  if (!Number.isSafeInteger(seed)) throw new Error('--seed: must be a whole number')
  return { seed, isShort: values.short, without: values.without, only: values.only }
}
