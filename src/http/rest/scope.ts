import type { Input } from './input.js'

/** The organization that a list is of; empty: the caller's. */
export function organizationOf(input: Input): { readonly organizationId: string } {
  return { organizationId: input.text('organization_id') ?? '' }
}
