/** Tells the parent process that the server is ready, and from then on, when asked, its CPU time. */
export function reportCpu(ready: {
  readonly address: string
  readonly secret?: string
  readonly httpAddress?: string
}): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuUs: user + system })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.(ready)
}
