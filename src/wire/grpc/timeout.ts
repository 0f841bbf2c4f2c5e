const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
}

/** The header `grpc-timeout`, at most eight digits and a unit; anything else is `undefined`. */
export function parseTimeoutMs(value: string): number | undefined {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(value) ?? []
  if (digits === undefined || unit === undefined) return undefined
  return Number(digits) * (unitMs[unit] ?? Number.NaN)
}
