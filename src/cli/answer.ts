import { type AuthorizeResponse, Decision, Reason } from '../grpc/gen/postern/v1/authorization.js'
import { type ExitCode, exitCodes } from './exit-code.js'
import { type Paint, printable } from './terminal.js'

const reasonTexts: Readonly<Record<Reason, string>> = {
  [Reason.UNSPECIFIED]: 'for a reason that was not given',
  [Reason.UNRECOGNIZED]: 'for a reason that this version does not know',
  [Reason.KEY_MALFORMED]: 'this is no key of the server',
  [Reason.KEY_NOT_FOUND]: 'the key is not known',
  [Reason.KEY_EXPIRED]: 'the key has expired',
  [Reason.PRINCIPAL_LOCKED]: 'the user is locked',
  [Reason.PRINCIPAL_NOT_FOUND]: 'there is no such principal in the organization',
  [Reason.PRINCIPAL_PENDING]: 'the invited guest has not accepted yet',
  [Reason.OUT_OF_SCOPE]: 'the project or organization of the resource is not one of the key’s',
  [Reason.KEY_RESTRICTION]: 'the key is narrowed and excludes it',
  [Reason.OWNER]: 'the user owns the organization',
  [Reason.EXPLICIT_DENY]: 'a rule denies it',
  [Reason.RULE]: 'a rule allows it',
  [Reason.NO_MATCHING_RULE]: 'no rule allows it',
}

/** Anything but a plain allow is no. */
export function answerExitCode({ decision }: AuthorizeResponse): ExitCode {
  return decision === Decision.ALLOW ? exitCodes.ok : exitCodes.no
}

/** `deny: no rule allows it (NO_MATCHING_RULE)` */
export function answerText(answer: AuthorizeResponse, paint: Paint): string {
  const isAllowed = answer.decision === Decision.ALLOW
  const verdict = isAllowed ? paint('green', 'allow') : paint('red', 'deny')
  const text = reasonTexts[answer.reason] ?? reasonTexts[Reason.UNRECOGNIZED]
  const policy = answer.policyName === '' ? '' : `, policy \`${printable(answer.policyName)}\``
  return `${verdict}: ${text} (${reasonName(answer.reason)}${policy})`
}

/** `NO_MATCHING_RULE` */
export function reasonName(reason: Reason): string {
  return Object.entries(Reason).find(([, value]) => value === reason)?.[0] ?? `REASON_${reason}`
}
