/** Whether a server should be asked, and what is not as it should be. */
export interface Readiness {
  readonly ready: boolean
  /** Why not, in sentences; empty when it is ready. */
  readonly reasons: readonly string[]
  /** What works less well than it should, though nothing is refused for it. */
  readonly degradations: readonly string[]
}
