import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Servers run on one core, and whoever asks them on another, where there is one. */
export const serverCore = 0
export const loadCore = availableParallelism() > 1 ? 1 : 0

/** For load that this process makes itself. */
export function pinSelf(): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(loadCore), String(process.pid)])
}
