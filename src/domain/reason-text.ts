import type { AllowReason, DenyReason } from './decision.js'

/** What each reason means, as a sentence without its end. */
export const reasonTexts: Readonly<Record<AllowReason | DenyReason, string>> = {
  KEY_MALFORMED: 'this is no key of the server',
  KEY_NOT_FOUND: 'the key is not known',
  KEY_EXPIRED: 'the key has expired',
  PRINCIPAL_LOCKED: 'the user is locked',
  PRINCIPAL_NOT_FOUND: 'there is no such principal in the organization',
  PRINCIPAL_PENDING: 'the invited guest has not accepted yet',
  OUT_OF_SCOPE: 'the project or organization of the resource is not one of the key’s',
  KEY_RESTRICTION: 'the key is narrowed and excludes it',
  OWNER: 'the user owns the organization',
  EXPLICIT_DENY: 'a rule denies it',
  RULE: 'a rule allows it',
  NO_MATCHING_RULE: 'no rule allows it',
}
