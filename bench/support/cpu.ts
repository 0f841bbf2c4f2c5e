import { readFileSync } from 'node:fs'

/** Linux tells it in ticks of a hundredth of a second. */
const tickUs = 10_000

/** Microseconds of CPU that the process has used. */
export function cpuUsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * tickUs
}

/** The same, with those that it started. */
export function cpuUsOfTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')
  return children
    .filter((child) => child !== '')
    .reduce((sum, child) => sum + cpuUsOfTree(Number(child)), cpuUsOf(pid))
}
