import type { Decision } from '../../domain/decision.js'
import type { Asker } from './ask.js'

const unknownKey: Decision = { effect: 'deny', reason: 'KEY_NOT_FOUND' }

/**
 * What may be told of a decision about a key: one of another organization than that of the path or
 * of the caller's key is answered as if nobody knew it, or whoever holds a key of one organization
 * could learn of the other. Who asks without a key and below no organization is told all, as in gRPC.
 */
export function asToldTo({ organizationId, homeId }: Asker, decision: Decision): Decision {
  const askedOf = organizationId ?? homeId
  const { subject } = decision
  return !askedOf || !subject || subject.organizationId === askedOf ? decision : unknownKey
}
