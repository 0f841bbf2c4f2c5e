import {
  type Consistency,
  type Demand,
  type Freshness,
  minimizeLatency,
} from '../service/entities.js'
import { decodeRevision } from '../service/revision.js'
import {
  type Consistency as WireConsistency,
  type Freshness as WireFreshness,
  Freshness_Tier as WireTier,
} from './gen/postern/v1/authorization.js'
import { toDuration } from './values.js'

/** What a call demands of its answer: how fresh, and by when. */
export function demandOf(wire: WireConsistency | undefined, leftMs: number): Demand {
  const consistency = fromConsistency(wire)
  return Number.isFinite(leftMs) ? { consistency, waitMs: Math.max(0, leftMs) } : { consistency }
}

/** Nothing said, or a flag that is false, is the default. */
function fromConsistency(wire: WireConsistency | undefined): Consistency {
  const requirement = wire?.requirement
  if (!requirement?.value) return minimizeLatency
  switch (requirement.$case) {
    case 'minimizeLatency':
      return minimizeLatency
    case 'fullyConsistent':
      return { kind: 'fully-consistent' }
    case 'atLeastAsFresh':
      return { kind: 'at-least-as-fresh', revision: decodeRevision(requirement.value) }
    default:
      return requirement satisfies never
  }
}

export const tiers = {
  memory: WireTier.MEMORY,
  shared: WireTier.SHARED,
  store: WireTier.STORE,
} as const satisfies Record<Freshness['tier'], WireTier>

export function toFreshness({ tier, ageMs, validForMs }: Freshness): WireFreshness {
  return { tier: tiers[tier], age: toDuration(ageMs), validFor: toDuration(validForMs) }
}
