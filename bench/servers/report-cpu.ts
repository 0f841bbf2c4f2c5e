import { TurnMeter } from './turn-meter.js'

/**
 * Tells the parent process that the server is ready, and from then on, when asked, its CPU time, or how
 * long its event loop was held.
 */
export function reportCpu(ready: {
  readonly address: string
  readonly secret?: string
  readonly httpAddress?: string
}): void {
  const meter = new TurnMeter()
  process.on('message', (asked) => {
    if (asked === 'begin turns') meter.begin()
    else if (asked === 'end turns') process.send?.(meter.end())
    else {
      const { user, system } = process.cpuUsage()
      process.send?.({ cpuUs: user + system })
    }
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.(ready)
}
