import { invalid } from '../../domain/validation.js'

/** Where each operation is, by its name in the metadata, below the decision point's own address. */
export type Endpoints = Readonly<Record<string, string>>

const hostForm = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/**
 * What a client reads to find the operations. `base` must be the very address that the client knows
 * the decision point by; operations that are not there are left out.
 */
export function metadataOf(base: string, endpoints: Endpoints): object {
  const urls = Object.entries(endpoints).map(([name, path]) => [name, base + path])
  return { policy_decision_point: base, ...Object.fromEntries(urls) }
}

/** The address that the client called, by its own words. Throws `invalid` for what is no host. */
export function calledAddress({ protocol, host }: { protocol: string; host: string }): string {
  if (hostForm.test(host)) return `${protocol}://${host}`
  throw invalid([{ field: 'host', reason: 'FORMAT', description: 'must be a host and a port' }])
}
