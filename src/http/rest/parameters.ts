/** Query parameters that are not one text: what is repeated, what is true or false, what counts. */
export const arrays: ReadonlySet<string> = new Set([
  'access_keys',
  'application_ids',
  'group_ids',
  'policy_ids',
  'project_ids',
  'quotum_names',
  'user_ids',
])

export const flags: ReadonlySet<string> = new Set(['editable', 'expired', 'mfa', 'no_principal'])

export const numbers: Readonly<Record<string, readonly [number, number]>> = {
  page: [1, 10_000],
  page_size: [1, 100],
}
