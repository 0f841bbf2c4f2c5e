import { readFileSync } from 'node:fs'

/** What the process holds in memory now, in MiB. */
export function memoryMiB(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return Number(kilobytes) / 1_024
}
