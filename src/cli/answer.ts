import { reasonTexts } from '../domain/reason-text.js'
import { type AuthorizeResponse, Decision, Reason } from '../grpc/gen/postern/v1/authorization.js'
import { type ExitCode, exitCodes } from './exit-code.js'
import { type Paint, printable } from './terminal.js'

const texts: Readonly<Record<string, string>> = {
  ...reasonTexts,
  UNSPECIFIED: 'for a reason that was not given',
}
const unknownText = 'for a reason that this version does not know'

/** Anything but a plain allow is no. */
export function answerExitCode({ decision }: AuthorizeResponse): ExitCode {
  return decision === Decision.ALLOW ? exitCodes.ok : exitCodes.no
}

/** `deny: no rule allows it (NO_MATCHING_RULE)` */
export function answerText(answer: AuthorizeResponse, paint: Paint): string {
  const isAllowed = answer.decision === Decision.ALLOW
  const verdict = isAllowed ? paint('green', 'allow') : paint('red', 'deny')
  const text = texts[reasonName(answer.reason)] ?? unknownText
  const policy = answer.policyName === '' ? '' : `, policy \`${printable(answer.policyName)}\``
  return `${verdict}: ${text} (${reasonName(answer.reason)}${policy})`
}

/** `NO_MATCHING_RULE` */
export function reasonName(reason: Reason): string {
  return Object.entries(Reason).find(([, value]) => value === reason)?.[0] ?? `REASON_${reason}`
}
