/** Nanoseconds of each of so many calls to `work`, which throws when an answer is wrong. */
export function nsOfEach(calls: number, work: () => void): number {
  const startNs = process.hrtime.bigint()
  for (let call = 0; call < calls; call++) work()
  return Number(process.hrtime.bigint() - startNs) / calls
}
