/** The things of an organization whose number can be limited. */
export const quotaNouns = [
  'users',
  'applications',
  'groups',
  'policies',
  'api_keys',
  'projects',
] as const

export type QuotaNoun = (typeof quotaNouns)[number]

/** How many of each an organization may have; one that is absent is not limited. */
export type Quotas = { readonly [Noun in QuotaNoun]?: number }

/** One quota that a write would exceed. */
export interface QuotaExcess {
  readonly noun: QuotaNoun
  readonly organizationId: string
  readonly quota: number
  /** How many there are without those that were asked for. */
  readonly current: number
  readonly requested: number
}

export function excessText({ noun, quota, current, requested }: QuotaExcess): string {
  const things = noun === 'api_keys' ? 'API keys' : noun
  return `${things}: the organization has ${current} of at most ${quota}, no room for ${requested} more`
}
