import type { QuotaNoun } from '../../domain/quota.js'

/** What clients of this API call a quota. */
export function quotumName(noun: QuotaNoun): string {
  return noun === 'projects' ? noun : `iam_${noun}`
}
