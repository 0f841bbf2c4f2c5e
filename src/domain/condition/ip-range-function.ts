import { type CelFunc, CelScalar, celFunc } from '@bufbuild/cel'
import { contains, parseIpAddress, parseIpRange } from '../ip-range.js'
import type { Meter } from './meter.js'

const { BOOL, STRING } = CelScalar

/** `inIpRange(ip, cidr)`: anything malformed is an error, so that no negation turns it into a yes. */
export function ipRangeFunction(meter: Meter): CelFunc {
  return celFunc('inIpRange', [STRING, STRING], BOOL, (ip, cidr) => {
    meter.spend(20 + (ip.length + cidr.length) / 16)
    const address = parseIpAddress(ip)
    if (!address) throw new Error('not an IP address')
    const range = parseIpRange(cidr)
    if (!range) throw new Error('not an IP range')
    return contains(range, address)
  })
}
